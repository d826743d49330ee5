open-rules = Cleaning rules
policies-title = Cleaning rules
policies-intro = *When addresses of { $audience } are cleaned.* A hard bounce or a complaint cleans an address at once. A soft bounce (a full mailbox, a server that is down) only after several days with one.
policies-soft-without-activity = Days with a soft bounce, no activity before
    .hint = For addresses that never opened or clicked a mail.
policies-soft-with-activity = Days with a soft bounce, after earlier activity
    .hint = For addresses that opened or clicked before. Not fewer than above.
policies-outage-addresses = Outage: addresses of one domain bouncing in an hour
    .hint = So many, and a tenth of the domain’s at least, are the provider’s trouble. Then only “no such mailbox” cleans.
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
} of a domain bouncing within an hour make an outage.
policies-from-now = They hold for what bounces from now on. What is cleaned stays cleaned.
error-bad-threshold = Type a whole number from { $least } to { $most }.
policies-signup = Sign-up form
    .hint = Its link is shown beside contacts that are worth a look, to be copied and sent to them.
error-bad-signup-url = Type a whole link that begins with https://.
