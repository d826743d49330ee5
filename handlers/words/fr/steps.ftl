steps-question = { $n ->
    [one] Un workflow demande à exporter *{ $n } contact nettoyé* depuis « { $audience } » vers { $channel }.
   *[other] Un workflow demande à exporter *{ $n } contacts nettoyés* depuis « { $audience } » vers { $channel }.
}
steps-export = Exporter
steps-decline = Ne pas exporter
steps-exporting = L’export demandé par le workflow a commencé. Le reçu suivra ici.
steps-declined = Rien n’a été exporté. Le workflow en est informé.
steps-error-declined = L’opérateur a refusé l’export.
steps-error-failed = L’export a échoué. Les messages de l’opérateur disent pourquoi.
