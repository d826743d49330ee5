# A provider's own list of the addresses that it no longer mails: cleaned bounces --from.
suppressions-listed = in the list
suppressions-in-audience = in an audience
suppressions-cleaned = newly cleaned
suppressions-already-cleaned = already cleaned
suppressions-kept = kept as evidence, not cleaned
suppressions-not-in-audience = in no audience
suppressions-mirrored = in a Mailchimp audience, which Mailchimp cleans itself
suppressions-left-out = not bounces (unsubscribed, added by hand)

suppressions-bad-url = CLEANED_PROVIDER_URL has to be https:// with the provider’s host and nothing else. Without it, the bot asks the provider’s usual address.
suppressions-key-refused = { $provider } refuses the key. Copy it again, and give it the right to read suppressions. An account in the EU needs its own address in CLEANED_PROVIDER_URL.
suppressions-no-list = { $provider } has no such list. Check the domains or the region in the settings. An account in the EU needs its own address in CLEANED_PROVIDER_URL.
suppressions-refused = { $provider } refuses the request (status { $status }). What was taken in stays. Check the settings, then run the same command again.
suppressions-unreachable = { $provider } does not answer, or closed the connection. What was taken in stays. Check the network, then run the same command again.
suppressions-busy = { $provider } accepts no more requests right now. What was taken in stays. Run the same command again later: nothing counts twice.
suppressions-bad-answer = { $provider }’s answer can’t be read. What was taken in stays. Check CLEANED_PROVIDER_URL if it is set; if it happens again, report it.
error-list-not-set-up = { $name } is not set, so the list can’t be read. docs/bounces.md says where to find it.
