corrections-title = Fix an address

corrections-pick = *{ $audience }:* choose the cleaned address that was mistyped, or search for it.
corrections-search = Search cleaned contacts
corrections-likely = These look mistyped. Nothing changes until you add the corrected address.
corrections-no-typos = No cleaned address looks mistyped. Look again after the next campaign.
corrections-typo = *{ $address }* → *{ $suggestion }*
    { $reason }
    { $why }, { $date }
corrections-fix = Fix
corrections-next = Fix the next
corrections-which-audience = *{ $address }* is cleaned in several audiences. Which one?
corrections-in-audience = *{ $audience }*
    { $why }, { $date }
corrections-which-address = This message holds several addresses. Which one?
corrections-address = { $address }
corrections-choose = Choose
corrections-no-address = There is no address in this message. Use /cleaned-fix to search for one.

corrections-cleaned = *{ $address }* is cleaned in { $audience }.
corrections-why = Cleaned { $date }: { $why }
corrections-campaign = Campaign: { $campaign }
corrections-diagnostic = The mail server said: { $diagnostic }
corrections-reason-common-domain = Many people use { $domain }; this is nearly the same.
corrections-reason-own-domain = Many contacts of this audience use { $domain }; this is nearly the same.
corrections-reason-ending = No address ends like that; { $domain } is likely meant.
corrections-reason-stray = It has characters that don’t belong in an address.
corrections-reason-no-at = The @ before { $domain } is missing.

corrections-corrected = Corrected address
corrections-first-name = First name
corrections-last-name = Last name
corrections-consent = Permission
corrections-permission = This person gave me permission to email them
corrections-stays = The cleaned contact stays as it is. The corrected address is added as a new, subscribed contact.
corrections-add = Add contact

corrections-added = *{ $address }* was added to { $audience }. It gets mail from now on.
corrections-old-stays = { $address } stays cleaned.
corrections-no-extra = Cleaned contacts don’t count toward the contact limit, so the added one is no extra.

error-no-such-contact = No audience has { $address }. Check the spelling, or search with /cleaned-fix.
error-not-cleaned = { $status ->
    [subscribed] { $address } is subscribed in { $audience } and gets mail. There is nothing to fix.
    [unsubscribed] { $address } unsubscribed from { $audience }. This person has to come back by themselves.
    [pending] { $address } has not confirmed yet in { $audience }. Wait for the confirmation.
    [archived] { $address } is archived in { $audience }. Bring it back with /cleaned-restore first.
   *[other] { $address } is a transactional contact of { $audience }, not a cleaned one. There is nothing to fix.
}
error-abuse-complaint = { $address } was cleaned after an abuse complaint. This person asked for no more mail, so no other address of theirs can be added.
error-no-permission = Tick this once the person has agreed. Without their permission the address can’t be added.
error-not-an-address = { $reason ->
    [empty] Type the corrected address.
    [too-long] This is too long: an address has at most 254 characters.
    [no-at] The @ is missing.
    [spaces] An address has no spaces. Remove them.
    [no-local] The part before the @ is missing.
    [no-domain] The part after the @ is missing.
    [special-use] This domain is reserved for tests or local networks. Mail can’t reach it.
    [bad-domain] The part after the @ is no domain that can get mail. Check it letter by letter.
   *[other] The part before the @ has characters that can’t stand there. Check it letter by letter.
}
error-same-address = This is the cleaned address itself, and it can’t be added again. Type the corrected one.
error-already-there = { $status ->
    [subscribed] This address is subscribed in { $audience } already. There is nothing to add.
    [unsubscribed] This address unsubscribed from { $audience }. The person has to come back by themselves.
    [cleaned] This address is cleaned in { $audience } too. A cleaned address can’t be added again.
    [archived] This address is archived in { $audience }. Restore it with /cleaned-restore.
    [pending] This address is in { $audience } and has not confirmed yet. The person has to confirm first.
   *[other] This address is in { $audience } as a transactional contact. The person has to subscribe by themselves.
}
