incidents-title = Mail refused
incidents-headline = { $n ->
    [one] *{ $n } domain refuses your mail, since { $since }*
   *[other] *{ $n } domains refuse your mail, since { $since }*
}
incidents-cause-spf = *Cause: SPF.* They report that your SPF record does not allow the server that sends your mail.
incidents-look-spf = Check the SPF record (TXT) of the domain in your return path: it has to name your mail provider’s servers, with at most ten look-ups.
incidents-cause-dkim = *Cause: DKIM.* They report that the DKIM signature of your mail is missing or wrong.
incidents-look-dkim = Check the DKIM key in your DNS, and that your mail provider signs with it.
incidents-cause-dmarc = *Cause: DMARC.* They apply the DMARC policy of your own domain.
incidents-look-dmarc = Check that SPF or DKIM passes for the same domain as in your mail’s “From”. Then check your DMARC record.
incidents-cause-authentication = *Cause: authentication.* They report that your mail passes neither SPF nor DKIM.
incidents-look-authentication = Check the SPF and DKIM records of your sending domain: has something changed in your DNS, or at your mail provider?
incidents-cause-block-list = *Cause: a block list.* The IP address that sends your mail is on one.
incidents-look-block-list = Look your sending address (IP) and domain up at Spamhaus, SpamCop and Barracuda. Ask for its removal once you know why it is there.
incidents-look-lists = Look your sending address (IP) and domain up at { $lists }. Ask for its removal once you know why it is there.
incidents-cause-reputation = *Cause: reputation.* They report that the IP address or domain that sends your mail has a poor reputation.
incidents-look-reputation = Check Google Postmaster Tools, Microsoft SNDS and the spam complaints about your last mailings. Send less, and only to active contacts, until it improves.
incidents-cause-reverse-dns = *Cause: reverse DNS.* The IP address that sends your mail has no name, or one that doesn’t lead back to it.
incidents-look-reverse-dns = Check the PTR record of your sending IP address, or ask your mail provider to.
incidents-cause-sender = *Cause: the sender’s address.* They report that it, or its domain, does not exist.
incidents-look-sender = Check the addresses in “From” and in the return path: does the domain exist, and does it accept mail (MX)?
incidents-cause-blocked = *Cause: blocked.* They refuse the server or the domain that sends your mail, without naming a list.
incidents-look-blocked = Read the server’s answer below, and ask your mail provider whether your sending IP address is blocked.
incidents-domain = { $domain } ({ $n })
incidents-domains = { $more ->
    [0] Domains: { $domains }
    [one] Domains: { $domains } and { $more } more
   *[other] Domains: { $domains } and { $more } more
}
incidents-audiences = { $n ->
    [one] { $n } address, in { $audiences }
   *[other] { $n } addresses, in { $audiences }
}
incidents-said = { $domain } said: { $text }
incidents-nobody-cleaned = Nobody is cleaned for this. Hold your next mailing until it is fixed.
incidents-cleaned-before = { $n ->
    [one] { $n } contact was cleaned before the cause was known. It is worth a look: *Why* can undo the cleaning.
   *[other] { $n } contacts were cleaned before the cause was known. They are worth a look: *Why* can undo the cleaning.
}
incidents-is-over = Over: no refusals since { $until }.
incidents-over = *Your mail is no longer refused.* The last refusal was on { $until }.
incidents-over-facts = { $n ->
    [one] { $n } address at { $domains ->
        [one] { $domains } domain
       *[other] { $domains } domains
    }, since { $since }. No refusals for six hours.
   *[other] { $n } addresses at { $domains ->
        [one] { $domains } domain
       *[other] { $domains } domains
    }, since { $since }. No refusals for six hours.
}
incidents-now = *Your mail is being refused* since { $since }, because of the sender. Nobody is cleaned for this. The operators know what to check.
