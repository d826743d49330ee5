evidence-because = { $why } ({ $code })
evidence-soft = { $days ->
    [one] soft bounces on { $days } day
   *[other] soft bounces on { $days } days
}
evidence-look = Worth a look: { $why }
evidence-weak-active = this person opened or clicked a mail shortly before, or since
evidence-weak-delivered = mail has reached it since
evidence-weak-outage = many addresses of its domain bounced in the same hour
evidence-weak-incident = many servers refused your mail at that time, for a reason that is the sender’s
evidence-weak-provider = your provider blocks this address; lift it there
evidence-weak-full = its mailbox was full, and may not be any more
evidence-weak-blocked = the sender or the content was refused, not the address
evidence-weak-help = Perhaps cleaned by mistake. *Why* shows the evidence. If a bounce was wrong, press *Not dead after all* there.

evidence-open = Why

evidence-title = Why it was cleaned
evidence-address = *{ $address }* in { $audience }
evidence-status = Status: *{ $status ->
    [subscribed] subscribed
    [unsubscribed] unsubscribed
    [nonsubscribed] non-subscribed
    [pending] pending
    [archived] archived
   *[cleaned] cleaned
}*
evidence-was-cleaned = cleaned: { $reason }
evidence-never-cleaned = It was never cleaned, so there is nothing to do here.
evidence-not-found = No audience has *{ $address }*. Check the spelling.
evidence-searched = Searched: { $audiences }
evidence-searched-more = { $n } more
evidence-restore = Restore
evidence-by-hard = Cleaned { $date } after a hard bounce.
evidence-by-soft = Cleaned { $date }: it bounced on { $days } days, and { $needed } are enough.
evidence-by-abuse = Cleaned { $date }: this person reported the mail as abuse.
evidence-by-import = It came with an import; no bounce of it was seen here.
evidence-by-import-since = It came with an import. What was seen here is below.
evidence-in-words = Reason: { $why }
evidence-imported = In the import, cleaned { $date }: { $why }
evidence-said = The mail server said: { $diagnostic }
evidence-campaign = Campaign: { $campaign }
evidence-for = *What speaks for the address*
evidence-nothing-for = No opened or clicked mail is known, and no delivery.
evidence-active = It last opened or clicked a mail on { $date }.
evidence-delivered = Mail last reached it on { $date }.
evidence-outage = { $n ->
    [one] { $n } address of { $domain } bounced from { $since } to { $until }.
   *[other] { $n } addresses of { $domain } bounced from { $since } to { $until }.
}
evidence-incident = { $n ->
    [one] { $n } address at { $domains ->
        [one] { $domains } domain
       *[other] { $domains } domains
    } was refused from { $since } to { $until }, for a reason that is the sender’s.
   *[other] { $n } addresses at { $domains ->
        [one] { $domains } domain
       *[other] { $domains } domains
    } were refused from { $since } to { $until }, for a reason that is the sender’s.
}
evidence-pieces = *Evidence ({ $n }), the newest first*
evidence-kind-hard = hard bounce
evidence-kind-soft = soft bounce
evidence-kind-complaint = abuse complaint
evidence-after = after “{ $campaign }”
evidence-from = { $source ->
    [message] told by a bounce message
    [ses] told by Amazon SES
    [sendgrid] told by SendGrid
    [postmark] told by Postmark
    [mailgun] told by Mailgun
    [brevo] told by Brevo
    [resend] told by Resend
    [mailtrap] told by Mailtrap
    [postal] told by Postal
    [ses-list] on Amazon SES’s own list
    [sendgrid-list] on SendGrid’s own list
    [postmark-list] on Postmark’s own list
    [mailgun-list] on Mailgun’s own list
    [brevo-list] on Brevo’s own list
    [json] told by your own program
   *[other] told by { $source }
}
evidence-more = { $n ->
    [one] And { $n } older one.
   *[other] And { $n } older ones.
}
evidence-fix = Fix a typo
open-worth-a-look = Worth a look
evidence-reviewed = Reviewed
evidence-not-reviewed = Take back
evidence-reviewed-by = Reviewed by { $who } on { $date }: it stays cleaned, and no longer counts as worth a look.
evidence-to-do = *What you can do*
evidence-signup = • If you know that the address works, send the person the sign-up form. Copy the link: { $url }
evidence-no-signup = { $source ->
    [local] • If you know that the address works, send the person your sign-up form. Set its link in the *Cleaning rules*, and you can copy it here.
   *[other] • If you know that the address works, send the person your sign-up form. Mailchimp gave no link to it.
}
evidence-or-fix = • If it is mistyped, fix it.
evidence-or-leave = • If it is fine as it is, mark it as reviewed.
