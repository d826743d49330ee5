"""Every block and element that the page draws, and what a workspace answers around them."""

from typing import Any

Json = dict[str, Any]

SCRIPT = "<img src=x onerror=\"document.title='broken in'\"><script>document.title='broken in'</script>"


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def md(text: str) -> Json:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def option(text: str, value: str, description: str | None = None) -> Json:
    return {"text": plain(text), "value": value} | (
        {"description": plain(description)} if description else {}
    )


OPTIONS = [
    option("Hard bounce", "hard", "The mailbox does not exist"),
    option("Soft bounces", "soft"),
    option("Abuse complaint", "abuse"),
]
CONFIRM = {
    "title": plain("Archive 12 contacts?"),
    "text": md("They stay *12 archived contacts*. You can undo this at any time."),
    "confirm": plain("Archive"),
    "deny": plain("Keep"),
    "style": "danger",
}


def rich(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


WEEKS = [
    "Sep 1",
    "Sep 8",
    "Sep 15",
    "Sep 22",
    "Sep 29",
    "Oct 6",
    "Oct 13",
    "Oct 20",
    "Oct 27",
    "Nov 3",
    "Nov 10",
    "Nov 17",
]


def series(name: str, step: int) -> Json:
    return {"name": name, "data": [{"label": w, "value": 40 + (n * step) % 90} for n, w in enumerate(WEEKS)]}


def chart(kind: str, *drawn: Json) -> Json:
    axis = {"categories": WEEKS, "x_label": "Week", "y_label": "Contacts"}
    made = {"type": kind, "series": list(drawn), "axis_config": axis}
    return {"type": "data_visualization", "title": "Newly cleaned, 12 weeks", "chart": made}


SEGMENTS = [
    {"label": "Hard bounce", "value": 812},
    {"label": "Soft bounces", "value": 341},
    {"label": "Abuse", "value": 27},
]
PIE = {"type": "data_visualization", "title": "By reason", "chart": {"type": "pie", "segments": SEGMENTS}}
TABLE_ROWS = [
    [{"type": "raw_text", "text": "Address"}, {"type": "raw_text", "text": "Bounces"}],
    *(
        [{"type": "raw_text", "text": f"reader{n}@gmial.com"}, {"type": "raw_number", "value": n * 13 % 17}]
        for n in range(1, 12)
    ),
]
SELECTS: dict[str, Json] = {
    "static_select": {"options": OPTIONS, "initial_option": OPTIONS[0]},
    "external_select": {"min_query_length": 2},
    "multi_static_select": {"options": OPTIONS, "initial_options": OPTIONS[:1]},
    "conversations_select": {"default_to_current_conversation": True, "filter": {"include": ["public"]}},
    "channels_select": {"initial_channel": "C0GENERAL"},
    "users_select": {"initial_user": "U0SAM"},
}


def element(kind: str, **more: Any) -> Json:
    return {"type": kind, "action_id": kind, **more}


SELECT_ELEMENTS = [element(kind, placeholder=plain(f"A {kind}"), **more) for kind, more in SELECTS.items()]
CHECKBOXES = element("checkboxes", options=OPTIONS, initial_options=OPTIONS[1:2])
RADIOS = element("radio_buttons", options=OPTIONS, initial_option=OPTIONS[0])
DATE = element("datepicker", initial_date="2026-11-24")
TIME = element("timepicker", initial_time="09:30")
BUTTONS = [
    element("button", text=plain("See the list"), style="primary", value="1") | {"action_id": "see"},
    element("button", text=plain("Archive them"), style="danger", confirm=CONFIRM, value="2")
    | {"action_id": "archive"},
    element("button", text=plain("Read more"), url="https://example.com/") | {"action_id": "read"},
    element("overflow", options=[option("Export", "export"), option("Fix", "fix")]),
]


def input_(label: str, made: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": f"in-{made['action_id']}",
        "label": plain(label),
        "element": made,
        **more,
    }


TEXTS: list[Json] = [
    {"type": "header", "text": plain("1,180 cleaned contacts")},
    {
        "type": "section",
        "text": md(
            "*Bold*, _italic_, ~gone~, `code` and *_both_*; 2*3*4 and snake_case_name stay. "
            "<https://example.com/a?b=1&amp;c=2|A link>, <@U0SAM>, <#C0NEWS>, <!here>, &lt;b&gt; &amp; more\n"
            "> A quote\n> of two lines\n• One\n• Two\n1. First\n2. Second\n```\npre *formatted*\n```\n"
            "<!date^1795512600^{date_short_pretty} at {time}|fallback> "
            "<javascript:alert(1)|not a link> \u200b*\u200bescaped\u200b*\u200b"
        ),
    },
    {"type": "section", "text": md(SCRIPT)},
    {
        "type": "section",
        "fields": [md("*Hard bounces*\n812"), md("*Soft bounces*\n341")],
        "accessory": BUTTONS[3],
    },
    {
        "type": "section",
        "text": md("With a picture"),
        "accessory": {"type": "image", "image_url": "/page/icon.svg", "alt_text": "A tick"},
    },
    {"type": "context", "elements": [md("Counted <!date^1795512600^{date_long}|then>"), plain(SCRIPT)]},
    {"type": "divider"},
    {
        "type": "image",
        "image_url": "https://elsewhere.example/x.png",
        "alt_text": "A picture kept elsewhere",
        "title": plain("Picture"),
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Rich ", "style": {"bold": True}},
                    {"type": "link", "url": "https://example.com", "text": "link"},
                    {"type": "text", "text": " "},
                    {"type": "user", "user_id": "U0CAMILLE"},
                    {"type": "text", "text": SCRIPT},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [rich("One")["elements"][0], rich("Two")["elements"][0]],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Quoted"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "550 5.1.1 unknown"}]},
        ],
    },
    {
        "type": "markdown",
        "text": f"# Heading\n\n**Bold** and *italic* with `code`, [a link](https://example.com), [bad](javascript:alert(1))\n\n- one\n- two\n\n| Reason | Count |\n|---|---|\n| Hard | 812 |\n\n> quoted\n\n{SCRIPT}",
    },
]
FIGURES: list[Json] = [
    {"type": "table", "rows": TABLE_ROWS[:4], "column_settings": [{}, {"align": "right"}]},
    {"type": "data_table", "caption": "Likely typos", "rows": TABLE_ROWS},
    chart("bar", series("Hard bounce", 37), series("Soft bounces", 23)),
    chart("line", series("Hard bounce", 37), series("Soft bounces", 23)),
    chart("area", series("Hard bounce", 37)),
    PIE,
]
PROGRESS: list[Json] = [
    *(
        {"type": "alert", "level": level, "text": md(f"An alert of level *{level}*")}
        for level in ("default", "info", "success", "warning", "error")
    ),
    {
        "type": "card",
        "title": plain("Newsletter"),
        "subtitle": md("12,480 contacts"),
        "body": md("1,180 are *cleaned*."),
        "actions": [BUTTONS[0] | {"action_id": "card"}],
    },
    {
        "type": "task_card",
        "task_id": "t0",
        "title": "Reading the file",
        "status": "in_progress",
        "details": rich("3,200 of 5,000 rows"),
    },
    {
        "type": "plan",
        "title": "Import",
        "tasks": [
            {"task_id": "t1", "title": "Reading", "status": "complete"},
            {"task_id": "t2", "title": "Counting", "status": "in_progress"},
            {"task_id": "t3", "title": "Writing", "status": "pending", "output": rich(SCRIPT)},
            {"task_id": "t4", "title": "Checking", "status": "error"},
        ],
    },
    {"type": "file", "external_id": "F1", "source": "remote"},
]
ACTIONS: list[Json] = [
    {"type": "actions", "block_id": "buttons", "elements": BUTTONS},
    {"type": "actions", "block_id": "selects", "elements": [*SELECT_ELEMENTS, DATE, TIME]},
    {"type": "section", "block_id": "ticks", "text": md("Which reasons?"), "accessory": CHECKBOXES},
    {"type": "actions", "block_id": "radios", "elements": [RADIOS]},
]
INPUTS: list[Json] = [
    input_("Type ARCHIVE", element("plain_text_input"), hint=plain("In capitals or not")),
    input_(
        "Notes",
        element("plain_text_input", multiline=True, placeholder=plain("Anything")) | {"action_id": "notes"},
        optional=True,
    ),
    input_("Corrected address", element("email_text_input")),
    input_("How many", element("number_input", is_decimal_allowed=False, min_value="1"), optional=True),
    *(input_(f"Choose: {made['type']}", made, optional=True) for made in SELECT_ELEMENTS),
    input_("Reasons", CHECKBOXES, optional=True),
    input_("One reason", RADIOS, optional=True),
    input_("Day", DATE, optional=True),
    input_("Hour", TIME, optional=True),
    input_(
        "Search", element("plain_text_input") | {"action_id": "search"}, optional=True, dispatch_action=True
    ),
    input_("The file", element("file_input", filetypes=["csv", "zip"], max_files=1), optional=True),
]

MODAL: Json = {
    "id": "V1",
    "type": "modal",
    "title": plain("Archive contacts"),
    "submit": plain("Archive"),
    "close": plain("Cancel"),
    "blocks": INPUTS,
}
PUSHED: Json = {
    "id": "V2",
    "type": "modal",
    "title": plain("Pushed"),
    "blocks": [{"type": "section", "text": md("On top")}],
}
HOME: Json = {"type": "home", "blocks": [*TEXTS[:2], ACTIONS[0], FIGURES[3]]}

BOT = "U0BOT"
PEOPLE = [
    {
        "id": "U0OLIVIA",
        "name": "olivia",
        "real_name": "Olivia Reed",
        "locale": "en-US",
        "tz": "Europe/London",
        "title": "Workspace owner",
    },
    {
        "id": "U0CAMILLE",
        "name": "camille",
        "real_name": "Camille Moreau",
        "locale": "fr-FR",
        "tz": "Europe/Paris",
        "title": "Workspace admin",
    },
    {
        "id": "U0SAM",
        "name": "sam",
        "real_name": "Sam Patel",
        "locale": "en-GB",
        "tz": "Europe/London",
        "title": "Member",
    },
]
CHANNELS = [
    {"id": "C0NEWS", "name": "newsletter", "kind": "channel", "bot_in": True, "members": 3},
    {"id": "C0GENERAL", "name": "general", "kind": "channel", "bot_in": True, "members": 3},
    {"id": "C0RANDOM", "name": "random", "kind": "channel", "bot_in": False, "members": 3},
    {"id": "D0BOT", "name": "Cleaned", "kind": "im", "bot_in": True, "members": 2},
]
COMMANDS = [
    {
        "command": "/cleaned",
        "description": "How many addresses are cleaned, and why",
        "usage_hint": "[audience | help]",
    },
    {
        "command": "/cleaned-list",
        "description": "See, filter and tick cleaned contacts",
        "usage_hint": "[audience]",
    },
    {"command": "/cleaned-fix", "description": "Add a corrected address", "usage_hint": "[address]"},
]
SHORTCUTS = [{"name": "Fix this address", "callback_id": "fix_message"}]
FILE = {
    "id": "F0",
    "name": "cleaned.csv",
    "size": 48_213,
    "mimetype": "text/csv",
    "url": "/files/F0/cleaned.csv",
}


def state(user: str) -> Json:
    bot = {"id": BOT, "name": "Cleaned", "connected": True}
    return {
        "me": user,
        "people": PEOPLE,
        "channels": CHANNELS,
        "commands": COMMANDS,
        "shortcuts": SHORTCUTS,
        "bot": bot,
        "home": None,
        "views": [],
    }


def message(n: int, user: str, text: str, **more: Any) -> Json:
    return {"ts": f"{1795512600 + n * 90}.000100", "user": user, "text": text, **more}


MESSAGES = [
    message(0, "U0SAM", f"Hello *there* {SCRIPT}"),
    message(1, "U0SAM", "A second line: https://example.com/page."),
    message(2, BOT, "Texts", blocks=TEXTS),
    message(3, BOT, "Figures", blocks=FIGURES, edited=True),
    message(4, BOT, "Progress", blocks=PROGRESS),
    message(5, BOT, "The CSV of *Newsletter*", files=[FILE]),
    message(6, BOT, "Only for you", blocks=ACTIONS, ephemeral=True),
]
