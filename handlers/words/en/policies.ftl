open-rules = Cleaning rules
policies-title = Cleaning rules
policies-intro = *When addresses in { $audience } are cleaned.* After a hard bounce or a spam complaint, at once. After soft bounces (a full mailbox, a server that is down), only once they came on several days.
policies-soft-without-activity = Days with a soft bounce, if never active
    .hint = For addresses that never opened or clicked a mail.
policies-soft-with-activity = Days with a soft bounce, if active before
    .hint = For addresses that opened or clicked a mail before. At least as many as above.
policies-outage-addresses = Outage: addresses at one domain within an hour
    .hint = When this many bounce within an hour, and at least 10% of the domain, we treat it as an outage. Then only “no such mailbox” cleans.
policies-save = Save
policies-saved = *The cleaning rules of { $audience } are saved.*
policies-is-soft-without-activity = Never active: cleaned after { $n ->
    [one] { $n } day
   *[other] { $n } days
} with a soft bounce.
policies-is-soft-with-activity = Active before: cleaned after { $n ->
    [one] { $n } day
   *[other] { $n } days
} with a soft bounce.
policies-is-outage-addresses = { $n ->
    [one] { $n } address
   *[other] { $n } addresses
} at a domain bouncing within an hour count as an outage.
policies-from-now = These rules apply to bounces from now on. Contacts that are already cleaned stay cleaned.
error-bad-threshold = Type a whole number from { $least } to { $most }.
policies-signup = Sign-up form
    .hint = Contacts that are worth a look show this link, so that you can copy it and send it to them.
error-bad-signup-url = Type a whole link that begins with https://.
