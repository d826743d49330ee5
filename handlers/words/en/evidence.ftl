evidence-because = { $why } ({ $code })
evidence-soft = { $days ->
    [one] soft bounces on { $days } day
   *[other] soft bounces on { $days } days
}
evidence-look = Worth a look: { $why }
evidence-weak-active = this person opened or clicked a mail shortly before, or since
evidence-weak-delivered = mail has reached it since
evidence-weak-outage = many addresses at its domain bounced within the same hour
evidence-weak-incident = many servers refused your mail at that time because of the sender
evidence-weak-provider = your provider blocks this address; unblock it there
evidence-weak-full = its mailbox was full, and may have room again
evidence-weak-blocked = the server refused the sender or the content, not the address
evidence-weak-help = They may have been cleaned by mistake. *Why* shows the evidence. If a bounce was wrong, press *Cleaned by mistake* there.

evidence-open = Why

evidence-title = Why it was cleaned
evidence-contact = Contact
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
evidence-never-cleaned = This contact was never cleaned, so there is nothing to do here.
evidence-not-found = No audience has *{ $address }*. Check the spelling.
evidence-searched = Searched: { $audiences }
evidence-searched-more = { $n } more
evidence-restore = Restore
evidence-by-hard = Cleaned { $date } after a hard bounce.
evidence-by-soft = Cleaned { $date }: soft bounces on { $days } days. The limit is { $needed }.
evidence-by-abuse = Cleaned { $date }: this person reported the mail as spam.
evidence-by-import = { $source ->
    [local] The contact was imported as cleaned. The bot itself saw no bounce.
   *[other] Mailchimp cleaned this contact. The bot itself saw no bounce.
}
evidence-by-import-since = { $source ->
    [local] The contact was imported as cleaned. What the bot saw since is below.
   *[other] Mailchimp cleaned this contact. What the bot saw is below.
}
evidence-in-words = Reason: { $why }
evidence-imported = { $source ->
    [local] Cleaned { $date } according to the import: { $why }
   *[other] Cleaned { $date } according to Mailchimp: { $why }
}
evidence-said = The mail server said: { $diagnostic }
evidence-campaign = Campaign: { $campaign }
evidence-for = *Signs it may still work*
evidence-nothing-for = No opens, clicks or deliveries are known.
evidence-active = The person last opened or clicked a mail on { $date }.
evidence-delivered = A mail was last delivered on { $date }.
evidence-outage = { $n ->
    [one] { $n } address at { $domain } bounced from { $since } to { $until }.
   *[other] { $n } addresses at { $domain } bounced from { $since } to { $until }.
}
evidence-incident = { $n ->
    [one] { $n } address at { $domains ->
        [one] { $domains } domain
       *[other] { $domains } domains
    } was refused from { $since } to { $until } because of the sender.
   *[other] { $n } addresses at { $domains ->
        [one] { $domains } domain
       *[other] { $domains } domains
    } were refused from { $since } to { $until } because of the sender.
}
evidence-pieces = *Evidence ({ $n }), newest first*
evidence-kind-hard = hard bounce
evidence-kind-soft = soft bounce
evidence-kind-complaint = spam complaint
evidence-after = after “{ $campaign }”
evidence-from = { $source ->
    [message] from a bounce message
    [ses] from Amazon SES
    [sendgrid] from SendGrid
    [postmark] from Postmark
    [mailgun] from Mailgun
    [brevo] from Brevo
    [resend] from Resend
    [mailtrap] from Mailtrap
    [postal] from Postal
    [ses-list] on Amazon SES’s suppression list
    [sendgrid-list] on SendGrid’s suppression list
    [postmark-list] on Postmark’s suppression list
    [mailgun-list] on Mailgun’s suppression list
    [brevo-list] on Brevo’s suppression list
    [json] from your own program
   *[other] from { $source }
}
evidence-more = { $n ->
    [one] And { $n } older one.
   *[other] And { $n } older ones.
}
evidence-fix = Fix a typo
open-worth-a-look = Worth a look
evidence-reviewed = Mark as reviewed
evidence-not-reviewed = Worth a look again
evidence-reviewed-by = Reviewed by { $who } on { $date }. It stays cleaned, and no longer counts as worth a look.
evidence-to-do = *What you can do*
evidence-signup = • If you know that the address works, send the person the sign-up form. Link to copy: { $url }
evidence-no-signup = { $source ->
    [local] • If you know that the address works, send the person your sign-up form. To copy its link here, set it in the *Cleaning rules*.
   *[other] • If you know that the address works, send the person your sign-up form. Mailchimp gave no link to it.
}
evidence-or-fix = • If it is mistyped, fix it.
evidence-or-leave = • If it should stay cleaned, mark it as reviewed.
evidence-fixed = Corrected to *{ $address }* by { $who } on { $date }.
evidence-no-undo = { $source ->
    [local] A correction has no Undo, because nothing here changes a subscribed contact. If it was wrong, import the new address as unsubscribed.
   *[other] A correction has no Undo, because nothing here changes a subscribed contact. If it was wrong, unsubscribe the new address in Mailchimp.
}
