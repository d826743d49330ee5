digest-title = Weekly digest
digest-save = Save
digest-none = No digest is set up. Choose where and when, then save.
digest-none-to-read = No digest is set up.
digest-read-only = You can read these settings, not change them.
digest-every = Every { $weekday } at { $at } ({ $zone }), in { $channel }.
digest-next = Next digest: { $day } at { $at } ({ $zone }).
digest-paused = It is paused: nothing is sent until you resume it.
digest-covers = Audiences: { $audiences }.
digest-covers-all = All audiences.
digest-saved = Saved.
digest-was-paused = Paused.
digest-was-resumed = Resumed.
digest-sent = Sent to { $channel }.
digest-not-sent = It could not be sent. The reason is in your messages.
digest-sent-later = Slack did not accept it just now. The bot tries again by itself.

digest-channel = Channel
    .hint = Invite the bot to it first. The digest shows figures and domains, never an address.
digest-weekday = Day
digest-at = Time
digest-zone = Time zone
    .placeholder = Type a city
digest-audiences = Audiences
    .hint = Leave empty for all of them.
    .placeholder = All audiences
digest-language = Language of the digest
digest-language-en = English
digest-language-fr = Français
digest-pause = Pause
digest-resume = Resume
digest-send = Send now

error-digest-not-in-channel = The bot is not in this channel. In the channel, type /invite @Cleaned, then save again.
error-digest-archived-channel = This channel is archived. Choose another one.
error-digest-unknown-zone = There is no time zone named “{ $zone }”. Type a city and choose from the menu.
error-digest-not-set = No digest is set up yet. Choose where and when, then save.

digest-failed-channel = The weekly digest could not be posted in { $channel }: the bot is not in that channel, or the channel is gone. In the channel, type /invite @Cleaned, or choose another channel with /cleaned-digest. Then press “Send now”.
digest-failed-archived = The weekly digest could not be posted: the channel { $channel } is archived. Choose another one with /cleaned-digest, then press “Send now”.
digest-failed-other = The weekly digest could not be posted in { $channel }. Slack said “{ $error }”. Check that the bot may post there, or choose another channel with /cleaned-digest. Then press “Send now”.

digest-headline = { $n ->
    [one] { $n } contact cleaned in the 7 days to { $until }
   *[other] { $n } contacts cleaned in the 7 days to { $until }
}
digest-nothing = No contact was cleaned in the 7 days to { $until }.
digest-more = { $n } more than the week before
digest-fewer = { $n } fewer than the week before
digest-same = as many as the week before
digest-in-all = { $n } cleaned in all
digest-whose = { $audience }
digest-several = { $n ->
    [one] { $n } audience
   *[other] { $n } audiences
}
digest-reasons = *Reasons, compared with the week before*
digest-reason = { $reason }: { $n } ({ $change })
digest-campaigns = *Campaigns*
digest-domains = *Domains*
digest-count = { $name }: { $n }
digest-table = Campaigns and domains
digest-table-kind = Type
digest-table-campaign = Campaign
digest-table-domain = Domain
digest-table-name = Name
digest-table-n = Newly cleaned
digest-typos = { $n ->
    [one] *Likely typos: { $n } contact to fix*
   *[other] *Likely typos: { $n } contacts to fix*
}
digest-archived = *Archived since:* { $n } of them
digest-typos-many = *Likely typos: more than { $n } contacts to fix*
digest-typos-rest = other domains · { $n }
digest-all = All cleaned contacts ({ $n })
digest-typo = { $domain } → { $meant } · { $n }
digest-audience = *{ $audience }: { $n } newly cleaned ({ $change })*
digest-rest = { $audiences ->
    [one] And { $audiences } more audience with { $n } newly cleaned.
   *[other] And { $audiences } more audiences with { $n } newly cleaned.
}
digest-worth-a-look = { $n ->
    [one] *Worth a look:* { $n } of them may be a valid address.
   *[other] *Worth a look:* { $n } of them may be valid addresses.
}
digest-chart = Newly cleaned, 12 weeks
digest-chart-series = Newly cleaned
digest-chart-axis = Week ending
digest-chart-text = *Newly cleaned, by week ending:* { $weeks }
clock-pattern = { $minute ->
   *[other] HH:mm
}
