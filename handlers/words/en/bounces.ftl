# Bounces that come in: the summary of `cleaned bounces`, what is kept aside, and the mailbox.
bounces-messages = messages read
bounces-found = bounces and complaints
bounces-hard = hard
bounces-soft = soft
bounces-complaint = complaints
bounces-cleaned = contacts cleaned
bounces-counted = counted, contact not cleaned
bounces-repeated = known already
bounces-unknown = unknown addresses
bounces-none = not bounces
bounces-auto-reply = automatic replies
bounces-challenge = requests to confirm
bounces-delivery-receipt = delivery receipts
bounces-not-a-bounce = other messages
bounces-unused = unreadable, too much in them, or no address in them
bounces-hint = { $n ->
    [one] { $n } thing is kept aside. With --aside FILE you get it with the reason.
   *[other] { $n } things are kept aside. With --aside FILE you get them with the reasons.
}
bounces-aside-written = { $n ->
    [0] Nothing was kept aside; { $path } has only its header.
    [one] { $n } thing kept aside, with the reason: { $path }
   *[other] { $n } things kept aside, with the reasons: { $path }
}

aside-when = When
aside-where = Where
aside-why = Reason
aside-address = Address
aside-detail = Detail
aside-unknown-address = No audience has this address
aside-mirrored-address = That address is in a Mailchimp audience; Mailchimp handles its bounces itself
aside-unknown-audience = There is no audience of the name that it gives
aside-unreadable = The message can’t be read
aside-no-recipient = A bounce that does not say whose
aside-too-much = Too many recipients, headers or parts for one message; look at it yourself
aside-interrupted = The bot stopped twice while it was reading this message; look at it yourself

bounces-imap-login = { $host } refuses the user or the password in CLEANED_IMAP_URL. Write special characters percent-encoded; some providers want a password made for programs.
bounces-imap-folder = { $host } does not open the folder { $folder }, or only to look. Check the folder in CLEANED_IMAP_URL and this user’s rights to it.
bounces-imap-certificate = { $host } does not prove who it is, or offers no encryption. Use imaps:// and the name in its certificate in CLEANED_IMAP_URL; a certificate authority of your own goes into SSL_CERT_FILE.
bounces-imap-unreachable = { $host } does not answer on port { $port }, or broke off. Check CLEANED_IMAP_URL and the network.
bounces-imap-there = { $n ->
    [0] Mailbox: { $folder } at { $host }, nothing unread in it
    [one] Mailbox: { $folder } at { $host }, { $n } unread message in it
   *[other] Mailbox: { $folder } at { $host }, { $n } unread messages in it
}
