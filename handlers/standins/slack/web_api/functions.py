"""`functions.*`: the end of a step of a workflow."""

from typing import Any

from handlers.standins.slack.state import Execution, SlackError
from handlers.standins.slack.web_api.calls import MethodCall, MethodTable
from handlers.standins.types import Json

TYPES: dict[str, type] = {"number": int, "integer": int, "string": str, "boolean": bool}


def complete_success(call: MethodCall) -> Json:
    execution, outputs = _running(call), call.arguments.get("outputs")
    if not isinstance(outputs, dict):
        raise SlackError("invalid_arguments", "[ERROR] missing required field: outputs")
    parameters: Json = execution.definition.get("output_parameters", {})
    required = {name for name, each in parameters.items() if each.get("is_required")}
    right = all(name in parameters and _has_type(value, parameters[name]) for name, value in outputs.items())
    if not right or not required <= outputs.keys():
        raise SlackError("parameter_validation_failed", f"[ERROR] outputs: {sorted(outputs)}")
    execution.state, execution.outputs = "done", outputs
    return {}


def complete_error(call: MethodCall) -> Json:
    execution = _running(call)
    execution.state, execution.error = "failed", call.required("error")
    return {}


METHODS: MethodTable = {
    "functions.completeSuccess": ((), complete_success),
    "functions.completeError": ((), complete_error),
}


def _running(call: MethodCall) -> Execution:
    execution = call.state.executions.get(call.required("function_execution_id"))
    if execution is None:
        raise SlackError("function_execution_not_found")
    if execution.state != "running":
        raise SlackError("function_not_running", "[ERROR] it has ended already")
    return execution


def _has_type(value: Any, parameter: Json) -> bool:
    return isinstance(value, TYPES.get(parameter["type"], str)) and not (
        isinstance(value, bool) and parameter["type"] != "boolean"
    )
