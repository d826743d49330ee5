corrections-title = Fix an address

corrections-search = Search cleaned contacts
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
corrections-reason = { $sure ->
        [very] Very likely
        [likely] Likely
       *[perhaps] Perhaps
    }: { $written } → { $domain }{ $reason ->
        [common-domain] {", a common domain"}
        [own-domain] {", a domain of many contacts here"}
       *[same-domain] {""}
    }, { $slip }.
corrections-reason-whole = { $sure ->
        [very] Very likely
        [likely] Likely
       *[perhaps] Perhaps
    }: { $slip }.
corrections-slip-swapped = two letters swapped
corrections-slip-missing = a letter missing
corrections-slip-doubled = a letter doubled
corrections-slip-extra = a letter too many
corrections-slip-neighbour = the key beside the right one
corrections-slip-other-letter = one letter off
corrections-slip-no-dot = the dot missing
corrections-slip-several = more than one slip
corrections-slip-ending = another ending
corrections-slip-stray = with signs that no address has
corrections-slip-around = something stands around the address
corrections-slip-at = the @ is missing, doubled or another key

corrections-step = { $counted ->
    [more] { $number } of more than { $n } likely typos
   *[exact] { $n ->
        [one] The only likely typo
       *[other] { $number } of { $n } likely typos
    }
}
corrections-skip = Skip
corrections-not-typo = Not a typo
corrections-other = Another address
corrections-check = Check the domain
corrections-all = All likely typos
corrections-undo = Undo
corrections-walked = There are no more likely typos after this one. Those that you skipped stay in the list.
corrections-kept = *{ $address }* is right as it is. It won’t be suggested again.
corrections-said-right = { $who } said that this address is right. Nothing is suggested for it.
corrections-already = { $status ->
    [subscribed] *Already here:* { $address } is subscribed in { $audience } and gets mail. There is nothing to add.
    [unsubscribed] *Already here:* { $address } unsubscribed from { $audience }. The person has to come back by themselves.
    [cleaned] *Already here:* { $address } is cleaned in { $audience } too. It can’t be added again.
    [archived] *Already here:* { $address } is archived in { $audience }. Restore it with /cleaned-restore.
    [pending] *Already here:* { $address } has not confirmed yet in { $audience }. The person has to confirm first.
   *[other] *Already here:* { $address } is a transactional contact of { $audience }. The person has to subscribe by themselves.
}
corrections-dns = { $answer ->
    [takes-mail] { $domain } takes mail.
    [no-domain] { $domain } takes no mail: there is no such domain.
    [refuses] { $domain } takes no mail: it says so itself.
    [no-server] { $domain } takes no mail: it has no server for it.
    [asked] { $domain }: asking…
   *[unknown] { $domain }: not known: this computer got no answer. Try again later.
}

corrections-corrected = Corrected address
corrections-first-name = First name
corrections-last-name = Last name
corrections-consent = Permission
corrections-permission = This person gave me permission to email them
corrections-stays = The cleaned contact stays as it is. The corrected address is added as a new, subscribed contact.
corrections-add = Add contact

corrections-added = *{ $address }* was added to { $audience }. It is a subscribed contact from now on.
corrections-old-stays = { $address } stays cleaned.
corrections-no-extra = The cleaned address doesn’t count toward the contact limit: this person is counted once.

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

corrections-goes = { $optin ->
    [double] The cleaned contact stays as it is. Mailchimp asks the corrected address to confirm by mail; it is pending until then. Tags, groups, language and VIP mark go over to it.
   *[single] The cleaned contact stays as it is. The corrected address is added in Mailchimp as a new, subscribed contact, with the tags, groups, language and VIP mark.
}
corrections-part = { $name }: { $part ->
    [addr1] street
    [addr2] street, second line
    [city] town
    [state] state or region
    [zip] postal code
   *[country] country
}
corrections-field = { $kind ->
    [optional] Mailchimp can do without this.
    [date] Mailchimp requires this date in this audience.
    [birthday] Mailchimp requires this in this audience: month and day, such as 11/24.
    [number] Mailchimp requires this number in this audience.
    [url] Mailchimp requires this in this audience: a whole link, with https://.
    [imageurl] Mailchimp requires this in this audience: a whole link, with https://.
    [zip] Mailchimp requires this in this audience: five digits.
   *[text] Mailchimp requires this in this audience.
}
corrections-field-problem = Mailchimp said: “{ $problem }” { $about }
corrections-field-said = { $field }: { $problem }
corrections-permissions = Marketing permissions
corrections-permissions-hint = Tick only what this person has agreed to. What is not ticked is recorded as not given.
corrections-permission-whole = In full: { $text }
corrections-adding = { $state ->
    [trying] Mailchimp does not answer. *{ $address }* is tried again by itself; you can close this.
   *[first] *{ $address }* is being added to { $audience } in Mailchimp…
}
corrections-added-there = { $status ->
    [pending] Mailchimp has sent the confirmation mail to *{ $address }*. The contact is pending in { $audience } until the link in it is clicked.
   *[subscribed] *{ $address }* was added to { $audience } in Mailchimp and is subscribed. It gets mail from now on.
}
corrections-tags-lost = These tags could not be given. Set them in Mailchimp: { $tags }
corrections-profile-lost = Mailchimp has the cleaned contact no more, so its groups, language and VIP mark could not be taken over. Set them in Mailchimp.
corrections-signup-form = sign-up form
corrections-signup = Here is the { $form }.
corrections-kept-typed = What you typed is kept.
corrections-again = Back to the form

error-corrections-no-key = { $audience } is in Mailchimp, and this bot has no Mailchimp key. Ask whoever runs it to set MAILCHIMP_API_KEY.
error-corrections-too-many = { $audience } requires { $n } fields, more than this window can ask for. Add the contact in Mailchimp.
error-corrections-silent = Mailchimp did not say what { $audience } requires of a new contact. Try again in a few minutes.
error-corrections-missing = Mailchimp requires this. Fill it in.
error-corrections-there = { $status ->
    [subscribed] *{ $address }* is subscribed in { $audience } already. There is nothing to add.
    [unsubscribed] *{ $address }* unsubscribed from { $audience }. The person has to come back by themselves, with the sign-up form.
    [cleaned] *{ $address }* is cleaned in { $audience } too. It can’t be added again; look for another typo in it.
    [archived] *{ $address }* is archived in { $audience }. Restore it with /cleaned-restore, or in Mailchimp if it was archived there.
    [pending] *{ $address }* is in { $audience } and has not confirmed yet. The person has to click the link in the confirmation mail.
    [nonsubscribed] *{ $address }* is in { $audience } as a transactional contact. The person has to subscribe with the sign-up form.
   *[other] *{ $address }* is in { $audience } already. Look it up in Mailchimp.
}
error-corrections-compliance = *{ $address }* unsubscribed from { $audience } or was cleaned there. Nobody else can subscribe this person: send them the audience’s sign-up form.
error-corrections-forgotten = *{ $address }* was deleted permanently from { $audience }. Mailchimp takes it back only from the person: send them the audience’s sign-up form.
error-corrections-invalid = Mailchimp did not accept *{ $address }* for { $audience }, and nothing was added. Correct what it names and send the form again. It said: { $detail }
error-corrections-key = Mailchimp refused this bot’s key. Ask whoever runs the bot to check MAILCHIMP_API_KEY, then send the form again: nothing is added twice.
error-corrections-no-answer = Mailchimp gave no answer that can be read, so it is not certain that *{ $address }* was added to { $audience }. Send the form again later: nothing is added twice.
error-corrections-refused = Mailchimp refused to add *{ $address }* to { $audience }. It said: { $title } { $detail }
corrections-pick = *These addresses of { $audience } look mistyped.* Tick those whose people gave their permission. Nothing changes until you add them.
corrections-no-typos = *{ $audience }:* no cleaned address looks mistyped. Look again after the next campaign, or search for one.
corrections-tick-all = Tick all
corrections-one-by-one = One by one
corrections-in-form = { $reason } Fix it in its own form: there is more to see or to fill in.
corrections-fix-name = Fix { $address }
corrections-choose-name = Choose { $address }
corrections-menu-edit = Edit: { $address }
corrections-menu-not-typo = Not a typo: { $address }
corrections-permission-of = { $n ->
    [one] This person gave me permission to email them
   *[other] These { $n } people gave me permission to email them
}
corrections-these-stay = { $source ->
    [local] The cleaned contacts stay as they are. The corrected addresses are added as new, subscribed contacts.
   *[other] The cleaned contacts stay as they are. The corrected addresses are added in Mailchimp, with tags, groups, language and VIP mark. Where the audience asks people to confirm, they are pending until they do.
}
corrections-add-these = { $n ->
    [one] Add { $n } contact
   *[other] Add { $n } contacts
}
corrections-adding-these = { $state ->
    [trying] Mailchimp does not answer. The rest is tried again by itself; you can close this. Added to { $audience } so far: { $done } of { $n }.
   *[first] Adding corrected addresses to { $audience }: { $done } of { $n }
}
corrections-added-these = { $n ->
    [0] No corrected address was added to { $audience }
    [one] { $n } corrected address was added to { $audience }
   *[other] { $n } corrected addresses were added to { $audience }
}
corrections-change = { $address } → *{ $suggestion }*
corrections-not-added = *Not added:* { $address } → { $suggestion }
corrections-pending-these = { $n ->
    [one] { $n } of them is pending until the link in Mailchimp’s confirmation mail is clicked.
   *[other] { $n } of them are pending until the link in Mailchimp’s confirmation mail is clicked.
}
corrections-old-stay = { $n ->
    [one] The mistyped address stays cleaned.
   *[other] The mistyped addresses stay cleaned.
}
corrections-fix-more = Fix more typos
error-corrections-nothing-ticked = No address is ticked. Tick those to add.
error-corrections-other-number = { $n ->
    [one] { $n } address is ticked. Read the permission again, and tick it for this person.
   *[other] { $n } addresses are ticked. Read the permission again, and tick it for these { $n } people.
}
