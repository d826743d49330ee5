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

# Less common ones, after the common ones in rank: the consumer mail of providers with many users, worldwide, and their
# countries. Chosen from the lists of the npm packages `email-providers` (ISC licence) and `free-email-domains` (MIT
# licence), with the domains that national access providers give their customers (decision record 0059).
LESS_COMMON = tuple(
    """
tutanota.com tuta.com posteo.de mailbox.org hushmail.com hey.com duck.com pm.me zohomail.com mailfence.com runbox.com
startmail.com riseup.net disroot.org tutanota.de tutamail.com tuta.io sohu.com yeah.net 139.com 189.cn hinet.net
docomo.ne.jp ezweb.ne.jp softbank.ne.jp nifty.com globo.com globomail.com r7.com oi.com.br telefonica.net terra.es
movistar.es ono.com fibertel.com.ar email.cz post.cz volny.cz centrum.sk azet.sk zoznam.sk freemail.hu citromail.hu
t-online.hu op.pl vp.pl tlen.pl gazeta.pl poczta.fm ya.ru tut.by i.ua meta.ua bigmir.net mail.bg otenet.gr siol.net
net.hr mynet.com windowslive.com walla.com netvision.net.il bezeqint.net online.no telia.com bredband.net comhem.se
mail.dk kolumbus.fi luukku.com eircom.net btopenworld.com virgin.net talk21.com kpnmail.nl xs4all.nl scarlet.be aon.at
online.de clix.pt netcabo.pt inwind.it iol.it fastwebnet.it usa.com usa.net inbox.com frontier.com centurylink.net
rr.com roadrunner.com embarqmail.com tds.net bell.net cogeco.ca eastlink.ca sasktel.net tpg.com.au iinet.net.au
westnet.com.au mweb.co.za telkomsa.net vodamail.co.za sify.com indiatimes.com singnet.com.sg streamyx.com
netvigator.com hotmail.nl hotmail.se hotmail.no hotmail.dk hotmail.fi hotmail.gr hotmail.cz hotmail.co.jp
hotmail.co.th hotmail.co.nz hotmail.com.ar hotmail.com.br hotmail.com.au hotmail.com.mx hotmail.com.tr hotmail.co.il
hotmail.co.za hotmail.cl hotmail.hu hotmail.sg hotmail.my live.de live.se live.dk live.no live.at live.ie live.cn
live.jp live.cl live.com.mx live.com.ar live.com.pt live.com.sg live.com.my live.co.za live.hk live.in live.ru
outlook.com.br outlook.com.au outlook.com.ar outlook.jp outlook.dk outlook.pt outlook.in outlook.ie outlook.at
outlook.cl outlook.co.id outlook.co.th outlook.com.tr outlook.sa outlook.kr outlook.hu outlook.cz outlook.ph
outlook.sg outlook.my outlook.sk outlook.lv outlook.co.nz outlook.co.il outlook.com.vn outlook.com.gr yahoo.gr
yahoo.se yahoo.dk yahoo.no yahoo.ie yahoo.nl yahoo.be yahoo.ch yahoo.at yahoo.pt yahoo.pl yahoo.ro yahoo.com.ph
yahoo.com.tw yahoo.com.cn yahoo.com.my yahoo.com.vn yahoo.co.nz yahoo.co.za yahoo.co.th yahoo.co.kr yahoo.co.il
yahoo.com.co yahoo.com.pe yahoo.com.ve yahoo.com.tr yahoo.cl yahoo.cn ymail.ne.jp myyahoo.com kimo.com gmx.us
gmx.co.uk gmx.es gmx.li aol.de aol.co.uk aol.fr aol.it aol.es aol.jp aol.com.au aol.com.br aol.in msn.co.uk msn.nl
yandex.ua yandex.by yandex.kz yandex.com.tr narod.ru inbox.lt inbox.ee mail.ee mail.de mail.ua mail.by rambler.ua
autorambler.ru myrambler.ru ro.ru pochta.ru hotbox.ru keemail.me posteo.net countermail.com zoho.eu zoho.in
fastmail.fm fastmail.co.uk fastmail.net pobox.com librem.one lycos.de lycos.co.uk lycos.fr lycos.it lycos.nl lycos.es
caramail.com netcourrier.com mailo.com lilo.org ik.me vivaldi.net infomaniak.ch infonie.fr nordnet.fr 9online.fr
worldonline.fr freesurf.fr oreka.com easynet.fr mail2world.com email.it supereva.it teletu.it poste.it pec.it
legalmail.it postecert.it arubapec.it interfree.it infinito.it jumpy.it blu.it giallo.it katamail.com lombardiacom.it
euskaltel.net orange.es jazztel.es hispavista.com arrakis.es eresmas.com latinmail.com iol.pt aeiou.pt oninet.pt
portugalmail.pt mail.telepac.pt zipmail.com.br superig.com.br click21.com.br pop.com.br speedy.com.ar arnet.com.ar
ciudad.com.ar sinectis.com.ar telecentro.com.ar prodigy.net.mx infinitum.com.mx cantv.net vtr.net une.net.co
etb.net.co adinet.com.uy indamail.hu vipmail.hu chello.hu upcmail.hu freestart.hu poczta.onet.pl autograf.pl
interia.eu buziaczek.pl go2.pl prokonto.pl spoko.pl neostrada.pl atlas.cz quick.cz post.sk stonline.sk rdslink.ro
gbg.bg forthnet.gr hol.gr freemail.gr pathfinder.gr email.si t-1.si t-2.net amis.net zg.t-com.hr inet.hr xnet.hr
bih.net.ba ptt.rs verat.net beotel.net superonline.com ttmail.com turk.net zahav.net.il 012.net.il barak.net.il
013.net.il nana10.co.il spray.se passagen.se glocalnet.net swipnet.se bahnhof.se tiscali.se broadpark.no frisurf.no
start.no c2i.net lyse.net tdcadsl.dk mail.tele.dk jubii.dk stofanet.dk sol.dk ofir.dk post.tele.dk post1.tele.dk
youmail.dk saunalahti.fi suomi24.fi elisanet.fi pp.inet.fi welho.com dnainternet.net netti.fi mbnet.fi simnet.is
iol.ie indigo.ie btconnect.com freeserve.co.uk fsmail.net plusnet.com onetel.com o2.co.uk tesco.net madasafish.com
supanet.com lineone.net dsl.pipex.com uwclub.net postmaster.co.uk mail.co.uk orangehome.co.uk kpnplanet.nl quicknet.nl
casema.nl upcmail.nl solcon.nl wxs.nl caiway.nl caiway.net onsbrabantnet.nl zeelandnet.nl hccnet.nl online.nl
versatel.nl ziggomail.com multiweb.nl pandora.be belgacom.net tiscali.be advalvas.be voo.be brutele.be swissonline.ch
freesurf.ch tiscalinet.ch vtxnet.ch netplus.ch chello.at inode.at utanet.at liwest.at kabsi.at telering.at
vodafonemail.de unitybox.de kabelmail.de ewetel.net ewe.net alice.de alice-dsl.de alice-dsl.net freenet.net epost.de
email.de netcologne.de osnanet.de versanet.de htp-tel.de o2online.de o2mail.de mailbox.de directbox.com smart-mail.de
onlinehome.de genion.de superkabel.de kabelbw.de luxweb.lu rcn.com cableone.net suddenlink.net mediacombb.net
mchsi.com wowway.com optimum.net snet.net ameritech.net swbell.net prodigy.net worldnet.att.net nvbell.net bresnan.net
knology.net insightbb.com adelphia.net epix.net ptd.net atlanticbb.net gci.net hawaiiantel.net cincinnatibell.net
fuse.net zoominternet.net hughes.net wildblue.net peoplepc.com netscape.com ix.netcom.com q.com myway.com iname.com
bigfoot.com tampabay.rr.com cfl.rr.com bellnet.ca videotron.qc.ca mts.net nb.sympatico.ca nbnet.nb.ca shawcable.com
globetrotter.net cgocable.ca axion.ca tbaytel.net vif.com ns.sympatico.ca teksavvy.com novuscom.net internode.on.net
adam.com.au iprimus.com.au dodo.com.au ozemail.com.au aapt.net.au netspace.net.au bigpond.com.au exemail.com.au
hotkey.net.au clear.net.nz paradise.net.nz slingshot.co.nz ihug.co.nz orcon.net.nz vodafone.co.nz inspire.net.nz
webmail.co.za iafrica.com absamail.co.za lantic.net polka.co.za vsnl.net vsnl.com bsnl.in dataone.in rediff.com
airtelmail.in sina.cn 188.com vip.163.com vip.qq.com 21cn.com wo.cn vip.sina.com sogou.com eyou.com seed.net.tw
pchome.com.tw msa.hinet.net ms19.hinet.net hkbn.net biznetvigator.com i-cable.com ctimail.com i.softbank.jp
biglobe.ne.jp ocn.ne.jp so-net.ne.jp plala.or.jp excite.co.jp mail.goo.ne.jp auone.jp ybb.ne.jp dion.ne.jp odn.ne.jp
infoseek.jp rakuten.jp livedoor.com infoweb.ne.jp dreamwiz.com empal.com lycos.co.kr paran.com chol.com hitel.net
kakao.com hanmir.com netian.com starhub.net.sg pacific.net.sg magix.com.sg tm.net.my jaring.my plasa.com cbn.net.id
centrin.net.id pldtdsl.net skybroadband.com.ph vnn.vn fpt.vn viettel.vn hcm.vnn.vn hn.vnn.vn loxinfo.co.th
truemail.co.th thaimail.com emirates.net.ae eim.ae etisalat.ae maktoob.com cyberia.net.lb terra.net.lb idm.net.lb
menara.ma iam.net.ma planet.tn topnet.tn gnet.tn hexabyte.tn batelco.com.bh qatar.net.qa nesma.net.sa tedata.net.eg
""".split()
)

# Real domains that are one typing error away from a common one, found by comparing public lists of domains with COMMON.
REAL = frozenset(
    """
orange.com free.com sfr.com protonmail.ch pm.me 3email.com 4email.com 5ymail.com amail.com aver.com chello.no cmail.com
dbzmail.com e-mail.com earthling.net eastmail.com edmail.com ehmail.com email.ru emil.com gotmail.com
hanmail2.net hitmail.com imail.ru lastmail.com love.com mai.ru proto2mail.com qmail.com qz.com tmail.com
uymail.com wanadoo.co.uk wanadoo.es wanadoo.nl wanadoo.be xmail.com y7mail.com ymail4.com zmail.ru vmail.com bmail.com
jmail.com mall.com main.com maia.com male.com mails.com maid.com mali.com mil.ru maul.com tail.com hail.com
rail.com nail.com sail.com bail.com fail.com jail.com pail.com mailo.com mailbox.com emails.com remail.com
grange.fr orage.fr range.fr oranger.fr organe.fr laporte.net oeuf.fr ceuf.fr veuf.fr seuf.fr nef.fr
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
mailchop.com foodmail.com ganil.com
cloud.com internet.com mail.co email.co prontomail.com fotonmail.com claramail.com kabamail.com bootmail.com
starmail.com polbox.com lineode.net sndt.net lttmail.com e-mail.de omail.de online-home.de fastmail.im pochtac.ru
postheo.de coxmail.com hotmails.com milmail.com uomail.com homal.com alicedsl.de picloud.com hello.hu leemail.me
inet.net.au fmail.co.uk gomail.in gmd.de safrica.com posteo.me posteo.pe liberto.it hotlook.com
""".split()
)

# Brands with domains in many countries: each brand is taken to be real with each of these endings.
_COUNTRIES = """ae ar at au be bg bo br ca ch ci cl cn co.id co.il co.in co.jp co.ke co.kr co.nz co.th co.uk co.za com.ar com.au
com.br com.cn com.co com.hk com.mx com.my com.pe com.ph com.pk com.sg com.tr com.tw com.ua com.ve com.vn cz de dk
ee es fi fr gr hk hr hu ie in is it jp lt lu lv ma mx my nl no nz ph pl pt ro rs ru se sg si sk tw ua us""".split()
BRANDS = frozenset(
    """yahoo hotmail live outlook msn aol gmx orange tiscali chello alice planet terra skynet voila t-online yandex
mail email online onlinehome posteo vipmail""".split()
)
WORLDWIDE = frozenset(f"{name}.{ending}" for name in BRANDS for ending in _COUNTRIES)

# Endings with which a name is likely meant that is a letter away from one that has only one domain.
USUAL = frozenset("net org de fr it es in ca uk co.uk co.in com.br com.au".split())

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
    "sbcglobal": "sbcglobal.net",
    "btinternet": "btinternet.com",
    "rediffmail": "rediffmail.com",
    "rocketmail": "rocketmail.com",
    "ntlworld": "ntlworld.com",
    "blueyonder": "blueyonder.co.uk",
    "hanmail": "hanmail.net",
}

# Names that are real in many countries, but with no other ending than .com that is for all.
NOT_GENERIC = frozenset({"hotmail", "outlook", "aol"})
GENERIC = frozenset("net org info biz edu gov".split())

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

# Those longer ones that begin with an ending after which something may be glued.
GLUED_LOOKALIKES = frozenset(
    "comcast commbank community company compare computer comsec netflix network organic".split()
)

RANKS = {domain: rank for rank, domain in enumerate((*COMMON, *LESS_COMMON))}
NAMES = frozenset(domain.partition(".")[0] for domain in (*RANKS, *REAL))
MAIN = {domain.partition(".")[0]: domain for domain in reversed(RANKS)}  # name → its commonest domain

# Endings under which most short names are registered; under others fewer are.
CROWDED = frozenset(
    """net org info eu uk co.uk de fr it es nl be ch at pl ru cn jp co.jp in us ca com.br com.au se dk cz ro hu co io me tv
    cc top xyz""".split()
)
