home-title = Cleaned contacts
home-intro = The addresses your mailing lists no longer mail, and why.
home-none = There is no audience yet. Operators can import a file with `/cleaned-import`.
home-more = { $n ->
    [one] And { $n } more audience: `/cleaned` with its name shows it.
   *[other] And { $n } more audiences: `/cleaned` with a name shows one.
}
home-refresh = Refresh
home-journal = *Recent activity*
home-contacts = { $n ->
    [one] { $n } contact
   *[other] { $n } contacts
}
home-did = { $what ->
    [archive] { $who } archived { $contacts } in { $audience } · { $at }
    [restore] { $who } restored { $contacts } in { $audience } · { $at }
    [reverse] { $who } undid the cleaning of { $contacts } in { $audience } · { $at }
    [clean] { $who } cleaned { $contacts } in { $audience } after an unusual number of bounces · { $at }
    [export] { $who } exported { $contacts } from { $audience } · { $at }
    [import] { $who } imported { $contacts } into { $audience } · { $at }
    [not-typo] { $who } marked an address in { $audience } as correct · { $at }
    [maybe-typo] { $who } no longer marks an address in { $audience } as correct · { $at }
    [review] { $who } reviewed { $contacts } in { $audience } · { $at }
    [review-taken-back] { $who } took back a review in { $audience } · { $at }
    [fix] { $who } added a corrected address to { $audience } · { $at }
    [digest] { $who } set up the weekly digest · { $at }
    [policy] { $who } changed the cleaning rules of { $audience } · { $at }
    [mend] { $who } corrected the figures of { $audience } · { $at }
    [forget] { $who } erased a person · { $at }
    [lift] { $who } let a person who was forgotten come in again · { $at }
   *[other] { $who }: { $what } ({ $contacts }) · { $at }
}
