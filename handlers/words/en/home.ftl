home-title = Cleaned contacts
home-intro = The addresses that your mailing lists have stopped mailing, and why.
home-none = There is no audience yet. Operators can import a file with `/cleaned-import`.
home-more = { $n ->
    [one] And { $n } more audience: `/cleaned` with its name shows it.
   *[other] And { $n } more audiences: `/cleaned` with a name shows one.
}
home-refresh = Refresh
home-journal = *Lately*
home-contacts = { $n ->
    [one] { $n } contact
   *[other] { $n } contacts
}
home-did = { $what ->
    [archive] { $who } archived { $contacts } of { $audience } · { $at }
    [restore] { $who } brought back { $contacts } of { $audience } · { $at }
    [reverse] { $who } gave { $contacts } of { $audience } their status back after a wrong bounce · { $at }
    [clean] { $who } had { $contacts } of { $audience } cleaned after many bounces at once · { $at }
    [export] { $who } exported { $contacts } of { $audience } · { $at }
    [import] { $who } imported { $contacts } into { $audience } · { $at }
    [not-typo] { $who } said that an address of { $audience } is right · { $at }
    [maybe-typo] { $who } took back that an address of { $audience } is right · { $at }
    [review] { $who } reviewed { $contacts } of { $audience } · { $at }
    [review-taken-back] { $who } took back a review in { $audience } · { $at }
    [fix] { $who } added a corrected address to { $audience } · { $at }
    [digest] { $who } set up the weekly digest · { $at }
    [policy] { $who } set the cleaning rules of { $audience } · { $at }
    [mend] { $who } had the figures of { $audience } put right · { $at }
    [forget] { $who } erased a person · { $at }
    [lift] { $who } let a person who was forgotten come in again · { $at }
   *[other] { $who }: { $what } ({ $contacts }) · { $at }
}
