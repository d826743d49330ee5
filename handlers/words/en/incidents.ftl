incidents-title = Mail refused
incidents-headline = { $n ->
    [one] *{ $n } domain refuses your mail, since { $since }*
   *[other] *{ $n } domains refuse your mail, since { $since }*
}
incidents-cause-spf = *Cause: SPF.* They say that your SPF record does not allow the server that sends your mail.
incidents-look-spf = Look at the SPF record (TXT) of the domain in your return path: it must name your mail provider’s servers, and take ten look-ups at most.
incidents-cause-dkim = *Cause: DKIM.* They say that your mail’s DKIM signature is missing or wrong.
incidents-look-dkim = Look at the DKIM key in your DNS, and whether your mail provider signs with it.
incidents-cause-dmarc = *Cause: DMARC.* They refuse by the DMARC policy of your own domain.
incidents-look-dmarc = Check whether SPF or DKIM passes for the very domain in your mail’s “From”, then your DMARC record.
incidents-cause-authentication = *Cause: authentication.* They say that your mail passes neither SPF nor DKIM.
incidents-look-authentication = Look at the SPF and DKIM records of your sending domain: has something changed in your DNS, or at your mail provider?
incidents-cause-block-list = *Cause: a block list.* The address that sends your mail is on one.
incidents-look-block-list = Look your sending address (IP) and domain up at Spamhaus, SpamCop and Barracuda. Ask for its removal once you know why it is there.
incidents-look-lists = Look your sending address (IP) and domain up at { $lists }. Ask for its removal once you know why it is there.
incidents-cause-reputation = *Cause: reputation.* They say that the address or domain that sends your mail has a poor one.
incidents-look-reputation = Look at Google Postmaster Tools and Microsoft SNDS, and at the complaints about your last mailings. Send less, and to active people only, until it is better.
incidents-cause-reverse-dns = *Cause: reverse DNS.* They find no name for the address that sends your mail, or one that doesn’t lead back to it.
incidents-look-reverse-dns = Look at the PTR record of your sending address (IP), or ask your mail provider to.
incidents-cause-sender = *Cause: the sender’s address.* They say that it, or its domain, does not exist.
incidents-look-sender = Look at the addresses in “From” and in the return path: does the domain exist, does it take mail (MX)?
incidents-cause-blocked = *Cause: blocked.* They refuse the server or the domain that sends your mail, without saying by which list.
incidents-look-blocked = Look at what the server says below, and ask your mail provider whether your sending address is blocked.
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
incidents-nobody-cleaned = Nobody is cleaned for it. Hold back your next mailing until this is mended.
incidents-cleaned-before = { $n ->
    [one] { $n } contact was cleaned for it before this was plain. It is worth a look: *Why* there gives its status back.
   *[other] { $n } contacts were cleaned for it before this was plain. They are worth a look: *Why* there gives their status back.
}
incidents-is-over = Over: nothing was refused for it after { $until }.
incidents-over = *Your mail is no longer refused.* The last refusals were at { $until }.
incidents-over-facts = { $n ->
    [one] { $n } address at { $domains ->
        [one] { $domains } domain
       *[other] { $domains } domains
    }, since { $since }. Nothing like it for six hours.
   *[other] { $n } addresses at { $domains ->
        [one] { $domains } domain
       *[other] { $domains } domains
    }, since { $since }. Nothing like it for six hours.
}
incidents-now = *Your mail is being refused* since { $since }, for a reason that is the sender’s. Nobody is cleaned for it; operators were told what to look at.
