const FIRST = words(
  'Quill Bramble Cinder Gimlet Thimble Lantern Pebble Tinder Cobble Sprocket Bobbin Kettle Ratchet ' +
    'Trestle Gasket Anvil Pumice Tumbler Spindle Girder Nutmeg Bellows Cogwheel Dapple Easel Ferrule ' +
    'Grommet Hopper Inkwell Jigsaw Keystone Ladle Mortise Noggin Ottoman Pulley Quartz Rivet Sextant ' +
    'Trowel',
);

const LAST = words(
  'Marrow Lampwick Thistledown Copperkettle Underbridge Moonbucket Saltcellar Fogharbour Wickerby ' +
    'Tanglefoot Oatmantle Brasslatch Puddlestone Hayloft Cloudmender Snowgutter Bristlecone Driftpost ' +
    'Candleworth Emberlane Fernwhistle Gravelpath Honeyvault Inchbarrow Jamcupboard Kiteweather ' +
    'Loomhollow Mosswagon Nettlecask Owlpocket Plumbline Quiverstone Rainledger Soapbasket Turnipcart ' +
    'Umbershade Velvetgate Windlass Yarnbottle Zincpail',
);

const MATERIAL = words(
  'Paper Copper Velvet Granite Amber Cedar Linen Marble Cobalt Ivory Saffron Crimson Pewter Willow ' +
    'Basalt Coral Denim Ebony Frosted Gilded Hazy Indigo Jade Knotted Lunar Misty Northern Opal Patchwork ' +
    'Quiet Russet Silver Tidal Upland Violet Woven Yellow Zigzag Brisk Candid',
);

const THING = words(
  'Otter Fern Anchor Ladder Beacon Compass Teapot Heron Bridge Lighthouse Barrel Meadow Pigeon Kite ' +
    'Harbour Orchard Badger Canoe Drum Engine Feather Garden Hammock Island Jacket Kiosk Lagoon Mitten ' +
    'Notebook Oar Parcel Quarry Raft Saddle Tunnel Umbrella Valley Walrus Yard Zeppelin',
);

/** For the second forty builders, so that a search for a name finds one person. */
const MORE_FIRST = words(
  'Abacus Beeswax Cupola Dovetail Easterly Flannel Gusset Hawser Icebox Jubilee Kindling Lozenge Mandolin ' +
    'Nickel Oxbow Parasol Quiver Rosin Satchel Tarpaulin Ukulele Varnish Whistle Xylem Yarrow Zither Argyle ' +
    'Burlap Clover Doorbell Eyelet Filbert Gingham Hatpin Igloo Jasper Kerchief Latchkey Moonstone Napkin',
);
const MORE_LAST = words(
  'Applewright Barleyrow Cinderpath Dustfeather Elmbucket Flintgarden Gooseferry Haymaker Ironkettle ' +
    'Jugglestone Knotwillow Lilypond Marbleway Nutbrook Orchardson Pinequill Quietmeadow Rushlight ' +
    'Sandthorn Teaspoon Upperfield Vinecastle Wheelbarrow Yewhollow Zephyrgate Ashlatch Bellweather ' +
    'Coalharbour Dewberry Eiderdown Foxhatch Grainmill Heatherlock Ivytower Jetstream Kelpshore ' +
    'Lowlander Millpond Northlamp Oakenfold',
);

/** An invented name for the builder with this index; no two indexes share one. */
export function builderName(index: number): string {
  const isSecondForty = Math.floor(index / FIRST.length) === 1;
  return isSecondForty ? pairOf(MORE_FIRST, MORE_LAST, index - FIRST.length) : pairOf(FIRST, LAST, index);
}

/** An invented code name for the project with this index; no two indexes share one. */
export function projectName(index: number): string {
  return pairOf(MATERIAL, THING, index);
}

// Each full turn through the first list shifts the second by one, so that all 1,600 pairs come up before any repeats.
function pairOf(first: readonly string[], second: readonly string[], index: number): string {
  const size = first.length;
  const turn = Math.floor(index / size);
  const pair = `${first[index % size]} ${second[(index * 7 + turn) % size]}`;
  const round = Math.floor(index / (size * size));
  return round === 0 ? pair : `${pair} ${round + 1}`;
}

function words(text: string): string[] {
  return text.split(' ');
}
