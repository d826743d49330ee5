# Bounces that come in: the summary of `cleaned bounces`, what is kept aside, and the mailbox.
bounces-messages = messages read
bounces-found = bounces and complaints
bounces-hard = hard
bounces-soft = soft
bounces-complaint = spam complaints
bounces-cleaned = contacts cleaned
bounces-counted = counted, contact not cleaned
bounces-repeated = already known
bounces-unknown = unknown addresses
bounces-none = not bounces
bounces-auto-reply = automatic replies
bounces-challenge = requests to confirm
bounces-delivery-receipt = delivery receipts
bounces-not-a-bounce = other messages
bounces-unused = unreadable, too large, or without an address
bounces-hint = { $n ->
    [one] { $n } item is kept aside. Use --aside FILE to get it with the reason.
   *[other] { $n } items are kept aside. Use --aside FILE to get them with the reasons.
}
bounces-aside-written = { $n ->
    [0] Nothing was kept aside; { $path } has only its header.
    [one] { $n } item kept aside, with the reason: { $path }
   *[other] { $n } items kept aside, with the reasons: { $path }
}

aside-when = When
aside-where = Where
aside-why = Reason
aside-address = Address
aside-detail = Detail
aside-unknown-address = No audience has this address
aside-mirrored-address = This address is in a Mailchimp audience; Mailchimp handles its bounces itself
aside-unknown-audience = No audience has the name given
aside-unreadable = The message can’t be read
aside-no-recipient = The bounce does not say which address it is about
aside-too-much = Too many recipients, headers or parts for one message; check it yourself
aside-interrupted = The bot stopped twice while reading this message; check it yourself

bounces-imap-login = { $host } refuses the user or the password in CLEANED_IMAP_URL. Percent-encode special characters; some providers need an app password.
bounces-imap-folder = { $host } can’t open the folder { $folder }, or opens it read-only. Check the folder in CLEANED_IMAP_URL and this user’s rights to it.
bounces-imap-certificate = { $host } has no valid certificate, or offers no encryption. Use imaps:// and the name in its certificate in CLEANED_IMAP_URL; for your own certificate authority, set SSL_CERT_FILE.
bounces-imap-unreachable = { $host } does not answer on port { $port }, or closed the connection. Check CLEANED_IMAP_URL and the network.
bounces-imap-there = { $n ->
    [0] Mailbox: { $folder } at { $host }, no unread messages
    [one] Mailbox: { $folder } at { $host }, { $n } unread message
   *[other] Mailbox: { $folder } at { $host }, { $n } unread messages
}
