open-rules = Cleaning rules
policies-title = Cleaning rules
policies-intro = *When addresses of { $audience } are cleaned.* A hard bounce and an abuse complaint clean at once. Soft bounces, mail that may arrive later, clean when there are enough of them; one a day counts.
policies-soft-without-activity = Days with a soft bounce, no activity before
    .hint = For addresses that never opened or clicked a mail.
policies-soft-with-activity = Days with a soft bounce, after earlier activity
    .hint = For addresses that opened or clicked before. Not fewer than above.
policies-outage-addresses = Addresses of a domain that make an outage
    .hint = So many within an hour, and a tenth of the domain’s at least, are taken for the provider’s trouble.
policies-save = Save
policies-saved = *The cleaning rules of { $audience } are saved.*
policies-is-soft-without-activity = An address that was never active is cleaned after { $n ->
    [one] { $n } day
   *[other] { $n } days
} with a soft bounce.
policies-is-soft-with-activity = An address that was active before is cleaned after { $n ->
    [one] { $n } day
   *[other] { $n } days
} with a soft bounce.
policies-is-outage-addresses = { $n ->
    [one] { $n } address
   *[other] { $n } addresses
} of a domain bouncing within an hour make an outage.
policies-from-now = They hold for what bounces from now on. What is cleaned stays cleaned.
error-bad-threshold = Type a whole number from { $least } to { $most }.
