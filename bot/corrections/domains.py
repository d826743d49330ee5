"""Common mail domains and existing top-level domains, with which mistyped domains are compared."""

# The most common first: of two that are equally near, the more common one is suggested. Domains of closed services are
# included: lists still hold their addresses, which are not mistyped.
COMMON = tuple(
    """
gmail.com yahoo.com hotmail.com outlook.com icloud.com aol.com hotmail.fr orange.fr wanadoo.fr free.fr yahoo.fr
laposte.net sfr.fr live.fr outlook.fr msn.com live.com googlemail.com gmx.de web.de t-online.de me.com mac.com
hotmail.co.uk yahoo.co.uk neuf.fr bbox.fr gmx.net gmx.fr protonmail.com proton.me numericable.fr club-internet.fr
aliceadsl.fr cegetel.net noos.fr voila.fr libertysurf.fr tiscali.fr dbmail.com
comcast.net yahoo.com.br yahoo.co.in rediffmail.com yandex.ru ymail.com libero.it uol.com.br bol.com.br mail.ru
cox.net hotmail.it sbcglobal.net verizon.net live.co.uk yahoo.es ig.com.br live.nl bigpond.com terra.com.br
yahoo.it yahoo.de alice.it rocketmail.com att.net bellsouth.net yahoo.in hotmail.es charter.net yahoo.ca
yahoo.com.au rambler.ru hotmail.de tiscali.it shaw.ca yahoo.co.jp sky.com earthlink.net optonline.net freenet.de
virgilio.it home.nl qq.com 163.com 126.com telenet.be yahoo.com.ar tiscali.co.uk yahoo.com.mx mail.com email.com
planet.nl tin.it live.it ntlworld.com arcor.de yahoo.co.id frontiernet.net hetnet.nl live.com.au yahoo.com.sg
zonnet.nl juno.com optusnet.com.au blueyonder.co.uk btinternet.com bluewin.ch skynet.be sympatico.ca
windstream.net centurytel.net chello.nl live.ca live.be aim.com bigpond.net.au hotmail.be outlook.be outlook.de
outlook.es outlook.it hotmail.ca hotmail.ch gmx.at gmx.ch gmx.com yahoo.com.hk naver.com hanmail.net wp.pl o2.pl
onet.pl interia.pl seznam.cz yandex.com fastmail.com zoho.com facebook.com virginmedia.com talktalk.net
rogers.com videotron.ca hispeed.ch proximus.be ziggo.nl telus.net ukr.net daum.net sina.com inbox.ru list.ru bk.ru
xtra.co.nz foxmail.com nate.com pacbell.net mindspring.com netzero.net excite.com compuserve.com netscape.net
abv.bg centrum.cz inbox.lv sapo.pt walla.co.il mailchimp.com
""".split()
)

# Real domains that are one typing error away from a common one, found by comparing public lists of domains with COMMON.
REAL = frozenset(
    """
orange.com free.com sfr.com protonmail.ch pm.me 3email.com 4email.com 5ymail.com amail.com aver.com chello.no cmail.com
dbzmail.com e-mail.com earthling.net eastmail.com edmail.com ehmail.com email.ru emil.com fmail.com gotmail.com
hanmail2.net hitmail.com hmail.com imail.ru lastmail.com love.com mai.ru proto2mail.com qmail.com qz.com tmail.com
uymail.com wanadoo.co.uk wanadoo.es wanadoo.nl wanadoo.be xmail.com y7mail.com ymail4.com zmail.ru vmail.com bmail.com
jmail.com gail.com mall.com main.com maia.com male.com mails.com maid.com mali.com mil.ru maul.com tail.com hail.com
rail.com nail.com sail.com bail.com fail.com jail.com pail.com mailo.com mailbox.com emails.com remail.com
grange.fr orage.fr range.fr oranger.fr oranges.fr organe.fr laporte.net oeuf.fr ceuf.fr veuf.fr seuf.fr nef.fr
tree.fr fee.fr freed.fr freee.fr frees.fr frere.fr fred.fr box.fr voile.fr viola.fr voilia.fr
life.com line.com like.com lire.fr live.com.pt livre.fr libre.fr lives.com olive.com olive.fr alive.com life.fr
lice.fr line.fr vive.fr lite.com lime.com dive.com five.com hive.com give.com jive.com
ao.com al.com ol.com ms.com mn.com sn.com mc.com ac.com web.com wet.de wem.de wer.de weg.de we.de
home.com home.fr sky.net ski.com spy.com sly.com okay.com rogers.ca roger.com shaw.com sha.ca show.ca saw.ca
zoo.com zohar.com planete.nl plant.nl planets.nl fastmail.fm fastmail.co.uk outlooks.com inlook.com
freenet.com freeney.de ferent.de bluewin.com naver.net never.com waver.com rover.com
laposte.fr laposte.tn icloud.com.cn pcloud.com ami.com amc.com mca.com homie.nl ngmx.net candex.com fboxmail.com yakoo.com
men.com max.com mad.com man.com mcn.com mdc.com mab.com msi.com msm.com nsn.com hsn.com wsn.com mss.com asl.com sol.com
all.com aon.com apl.com atl.com aok.com ael.com sly.com soy.com skt.com say.com sks.com skf.com sku.com shy.com
n26.com atm.net ats.net act.net aft.net ant.net nmx.de gmc.de gms.de gm.de srf.fr str.fr sdr.fr gmv.com bme.com
meme.com mme.com mee.com me.co qa.com qc.com imac.com macs.com macy.com mace.com mack.com szky.com skye.com skyy.com
nina.com gina.com tina.com dina.com lina.com mina.com sina.cn sino.com sana.com nafe.com date.com note.com mate.com
june.com judo.com juko.com naver.jp name.com hate.com gate.com kate.com late.com rate.com nare.com
zoutlook.com hotmail4.com notmail.com eyandex.ru 1googlemail.com hmx.at ymail5.com gtmail.com hotmcail.com one.pl
tim.it rin.it tig.it mymail.com mail8.com mail2.com imail.com omail.com mmail.com kmail.com lmail.com nmail.com pmail.com
rmail.com smail.com umail.com wmail.com zmail.com dmail.com
art.net tt.net at.net ott.net box.net cox.com fox.net co.net
""".split()
)

# Brands with domains in many countries: each brand is taken to be real with each of these endings.
_COUNTRIES = """ae ar at au be bg bo br ca ch ci cl cn co.id co.il co.in co.jp co.ke co.kr co.nz co.th co.uk co.za com.ar com.au
com.br com.cn com.co com.hk com.mx com.my com.pe com.ph com.pk com.sg com.tr com.tw com.ua com.ve com.vn cz de dk
ee es fi fr gr hk hr hu ie in is it jp lt lu lv ma mx my nl no nz ph pl pt ro rs ru se sg si sk tw ua us""".split()
BRANDS = frozenset(
    """yahoo hotmail live outlook msn aol gmx orange tiscali chello alice planet terra skynet voila t-online yandex
mail email""".split()
)
WORLDWIDE = frozenset(f"{name}.{ending}" for name in BRANDS for ending in _COUNTRIES)

# Names with one real domain, which is meant whatever the ending is.
ONLY = {
    "gmail": "gmail.com",
    "googlemail": "googlemail.com",
    "icloud": "icloud.com",
    "wanadoo": "wanadoo.fr",
    "laposte": "laposte.net",
    "protonmail": "protonmail.com",
    "numericable": "numericable.fr",
    "club-internet": "club-internet.fr",
    "aliceadsl": "aliceadsl.fr",
    "cegetel": "cegetel.net",
}

# The top-level domains of at most four letters (IANA), without a company's `ftr`, which is a typing error for `fr`.
# Longer ones are never one typing error away from a common one.
ENDINGS = frozenset(
    """
aaa aarp abb abc able ac aco ad ads ae aeg aero af afl ag ai aig akdn al ally am amex anz ao aol app aq ar arab
army arpa art arte as asda asia at au audi auto aw aws ax axa az ba baby band bank bar bb bbc bbt bbva bcg bcn
bd be beer best bet bf bg bh bi bid bike bing bio biz bj blog blue bm bms bmw bn bo bofa bom bond boo book bot
box br bs bt buy buzz bv bw by bz bzh ca cab cafe cal call cam camp car care cars casa case cash cat cba cbn
cbre cc cd ceo cern cf cfa cfd cg ch chat ci citi city ck cl club cm cn co com cool coop cpa cr crs cu cv cw cx
cy cyou cz dad data date day dclk dds de deal dell desi dev dhl diet dish diy dj dk dm dnp do docs dog dot dtv
dvag dvr dz eat ec eco edu ee eg er erni es esq et eu eus fage fail fan fans farm fast fi fido film fire fish
fit fj fk flir fly fm fo foo food ford fox fr free frl fun fund fyi ga gal game gap gay gb gbiz gd gdn ge
gea gent gf gg ggee gh gi gift gl gle gm gmbh gmo gmx gn gold golf goog gop got gov gp gq gr gs gt gu guge guru
gw gy hair haus hbo hdfc help here hiv hk hkt hm hn host hot how hr hsbc ht hu ibm icbc ice icu id ie ieee ifm
il im imdb immo in inc info ing ink int io iq ir is ist it itau itv java jcb je jeep jio jll jm jmp jnj jo jobs
jot joy jp jprs kddi ke kfh kg kh ki kia kids kim kiwi km kn kp kpmg kpn kr krd kred kw ky kz la land lat law lb
lc lds lego lgbt li lidl life like limo link live lk llc llp loan lol love lpl lr ls lt ltd ltda lu luxe lv ly
ma maif man map mba mc md me med meet meme men menu mg mh mil mini mint mit mk ml mlb mls mm mma mn mo mobi moda
moe moi mom moto mov mp mq mr ms msd mt mtn mtr mu mv mw mx my mz na nab name navy nba nc ne nec net new news
next nf nfl ng ngo nhk ni nico nike nl no now np nr nra nrw ntt nu nyc nz obi ollo om one ong onl ooo open org
ott ovh pa page pars pay pccw pe pet pf pg ph phd pics pid pin ping pink pk pl play plus pm pn pnc pohl porn
post pr pro prod prof pru ps pt pub pw pwc py qa qpon re read red reit ren rent rest rich ril rio rip ro room rs
rsvp ru ruhr run rw rwe sa safe sale sap sarl sas save saxo sb sbi sbs sc scb scot sd se seat seek sew sex sexy
sfr sg sh shia shop show si silk sina site sj sk ski skin sky sl sm sn sncf so sohu song sony soy spa spot sr
srl ss st star stc su surf sv sx sy sz tab talk tax taxi tc tci td tdk team tech tel teva tf tg th thd tiaa tips
tj tjx tk tl tm tn to top town toys tr trv tt tube tui tv tvs tw tz ua ubs ug uk uno uol ups us uy uz va vana vc
ve vet vg vi vig vin vip visa viva vivo vn vote voto vu wang wed weir wf wien wiki win wine wme work wow ws wtc
wtf xbox xin xxx xyz ye yoga you yt yun za zara zero zip zm zone zw
""".split()
)
