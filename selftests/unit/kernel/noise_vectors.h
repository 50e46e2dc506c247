/* SPDX-License-Identifier: GPL-2.0 */
/* Made by noise_vectors.py: handshakes that a second implementation did. */
#ifndef UNIT_NOISE_VECTORS_H
#define UNIT_NOISE_VECTORS_H

/* All but the name is in hexadecimal. */
struct noise_vector {
	const char *name;
	const char *initiator_private;
	const char *responder_private;
	const char *initiator_ephemeral;
	const char *responder_ephemeral;
	const char *initiator_public;
	const char *responder_public;
	const char *initiator_ephemeral_public;
	const char *responder_ephemeral_public;
	const char *psk;
	const char *stamp;
	const char *static_sealed;
	const char *timestamp_sealed;
	const char *chaining_key_1;
	const char *hash_1;
	const char *empty_sealed;
	const char *chaining_key_2;
	const char *hash_2;
	const char *first;
	const char *second;
	const char *mac1;
	const char *secret;
	const char *cookie;
	const char *mac2;
	const char *nonce;
	const char *cookie_sealed;
	const char *kdf3;
};

static const struct noise_vector noise_vectors[] = {
	{
		.name = "with a pre-shared key",
		.initiator_private =
			"387d2c51073a2e8d971827c9ecbeb4132aa545aa80bc4ce294f27eaca0c61e6a",
		.responder_private =
			"704ee319d7711b00b2c6575c14a69d5f65ec0144d823b891e2e97a8769e87755",
		.initiator_ephemeral =
			"2849f419cefc42ccf4f8385fef7be7e3c9c7f4a37abf87a1476167e143c8df44",
		.responder_ephemeral =
			"607f6a43354366eb7054cc2a8cd7433f16ed93d8fa971f71b50444acb797134f",
		.initiator_public =
			"058ec4a355c8c994b7c1930bb0963b21c834c75c155b46946de5d4eb01892e14",
		.responder_public =
			"706380535409c24fbd92c19299ffa30d9752b7287b66ab791135e924813e6121",
		.initiator_ephemeral_public =
			"f95c40a8a6808cf5d7e91b72f12ac4c50cec5015d5f3fe30bdfcd880a4a7a52a",
		.responder_ephemeral_public =
			"8d49f2042ef3e7cb73bf89928e80ffeecf457c3105b38377846238339aa2b65e",
		.psk =
			"fba8b65b19941070263103a05bb5d530a9329982c7a6f89f15d14df07f3e32c6",
		.stamp =
			"400000006553f10a07000000",
		.static_sealed =
			"da7afca96143019a3ab25e55d5cac5aa80e821a6e9b85aeae765fc0b1970d9d8d3523051f8bf6592f6033b0507291271",
		.timestamp_sealed =
			"8caba4528dddc7ebc55236494e431c97d6dcb5993712cf6060ed0b1f",
		.chaining_key_1 =
			"a7b1600c7413acfbdbc0cfda32c4d9671414b439ec8f2cef0a1e1422e170c422",
		.hash_1 =
			"b13427867adc8a34b163bd26f122d20c10e769ad6e279aaf5ddf186f00aaa293",
		.empty_sealed =
			"22ed9f83d66798924d339e4317407463",
		.chaining_key_2 =
			"c7df217bbcbf36e137df4acded112c6f70c43c3ceedc004901d0c476d134ce64",
		.hash_2 =
			"934260723edda07502faf446a4cd87d183b3119cd9b01fa04fd616f3204fdf33",
		.first =
			"3bb80e57b80ab73bd1c172818050b8be54836ce81d3fb6a6fb8c75db2c5b5f8d",
		.second =
			"b68c20496e17c0dd172ea8203ee79ae6007d09d939da2975444825283bc1fa26",
		.mac1 =
			"a03d159c0a73bc281afebfac862ac628",
		.secret =
			"ee89798a2c0dc4bf52843b687d642692bdbec55fec81304d7624a2c4f7fd04b4",
		.cookie =
			"6942deaa3dce352e9c29908be38140e1",
		.mac2 =
			"467c8344b8defeca4a77c543de907b4d",
		.nonce =
			"5bef64e6afea286151ee326700dad62eded78f93055398d4",
		.cookie_sealed =
			"bea97e4ae3bb379ad09e0322b47c29894a37bc3b667b040cbb49129842197363",
		.kdf3 =
			"e0ece6b2023e686f38084e473bc2b44d8dc9ca2510b9e694d5fc4f76a3e075db7921abb52ac86238378705cc2ad389f42ac116dd9f70b66988b624512e43c4e27500d3e9f9183e4fabe090264bf5650227e25d48385f20fc9207d3175dbe31c2",
	},
	{
		.name = "without a pre-shared key",
		.initiator_private =
			"e0b51dd0fe2537b5ed3de6ec8602bd49f5b263bbbc9ff87b09410ea2200dbc75",
		.responder_private =
			"6044819346dad30e8c2830ae546613d2695859f8440b4c5239d93738be735a6f",
		.initiator_ephemeral =
			"d077c9bdf726379fcfa7aab2fda67aa3e2aa16b8d72e2bb8eef38f9d9757dc54",
		.responder_ephemeral =
			"983e5727a076dea10a68df1081a4c4be0c861ca9923cfedce1b52b2de4043279",
		.initiator_public =
			"3c19df28f4010b6c16070319007c51fdd839446693f52155bc9afd52c38d4056",
		.responder_public =
			"27f81c95e92f84ff0002619e08bfb157694a7fbb7163725d3322d9b024bdb85d",
		.initiator_ephemeral_public =
			"a729174e95e3dc0750e055807c03525999f32c28be9dc792caac83b6df4eaa2e",
		.responder_ephemeral_public =
			"f997a14a4848ff7808a5b39bd15e8e6cc9fda7cf6605084eabbb7ae61be81358",
		.psk =
			"0000000000000000000000000000000000000000000000000000000000000000",
		.stamp =
			"400000006553f10a07000000",
		.static_sealed =
			"80ef692e18e8a8e42db678a8e698627876f3a82a7f87e3a0a33c4b42da8f29efa57eccd17080ed386252195e0c83a331",
		.timestamp_sealed =
			"d5bee7c2fc923a767ffad5c23cf2404c1a036a4504250d0018921554",
		.chaining_key_1 =
			"5a8ff895b4727ae4c91c053f62c3ac720019d1eeeb93f9dcc6243753bdc7a40b",
		.hash_1 =
			"7d8fe312e71f7e44078184000902b367ff090f5a7b33838d31071c992e700213",
		.empty_sealed =
			"30e27e90ff90e1cb1fb23a4061735a83",
		.chaining_key_2 =
			"d54d9da30d5d6b711432ba05a30a43d9b10e85648930fff4fec4bfcd40d0e94b",
		.hash_2 =
			"337afde23555d2287ddec135e4028e6dd3605c025a3b34facfd633c05dd42edf",
		.first =
			"b3130066062f72e7c356424b8a66019e308734f101be317e34553d73d8d3f507",
		.second =
			"7da3b9ea74dec030e40db68e7a45f6ac2afef1309dbf560def864b844c88414b",
		.mac1 =
			"45180e121e076f06288eb6c1d05f1732",
		.secret =
			"49b8dc79f5d7cc11195cf7fcabd668deea218b6ecd6ae435dadb54b0f0d53f13",
		.cookie =
			"920d0fada0e8790c7eae998016c31a51",
		.mac2 =
			"57b88b8718f83f61dc84d5b65e1a0ecd",
		.nonce =
			"d0121be9b93e8bb8e393d73a1ea72324c82533746310150a",
		.cookie_sealed =
			"eaae64ad68b1faf4b6958e7bf83c8da372c08eee466fe552c36dade4534174d9",
		.kdf3 =
			"61ba53ac9d18c6062c352580e2cd9b833c49f49a60836636f0115a7e647a340d9c686cb4f8507d26769938f5bc59cf501a2b90f9ed94952d397aca3cde4042f5c1366866d90fe2ee24154e5bf01abd81df062346a292f40635ac206b2e2b3fe7",
	},
	{
		.name = "a third one",
		.initiator_private =
			"c8646f51c151a5fc65b60269d83a69a6ea7b6b2f74e3d7d81e7b8acc5e16a055",
		.responder_private =
			"58aa88635e2ba47833293136c89af3fd1012013e0780e031df417bda3d35af4b",
		.initiator_ephemeral =
			"887bbda0c2b321169924a5699df61ce2c5ec32115d9f603b5b07ad27a1ea745d",
		.responder_ephemeral =
			"b8b4eaef64c2271f0398c53616e092dbdf859cd8f4bd2edb6e32007e5191864b",
		.initiator_public =
			"27e188b905b9b0088b42a79d36f15b56522d92634dc302fc5627530c85acba62",
		.responder_public =
			"d60533152b3376cd0d5c9ed89020d137cd5ece25a123105a50fd7daefe4a3109",
		.initiator_ephemeral_public =
			"fed39cfc7fee526b8c3806269e444503e1f1f6966ba07fc122952b98e6ed6036",
		.responder_ephemeral_public =
			"0ce1f4f3d40b09ce4f5a2ad5c9822985e9079c38acf6badcbb0982f21519350b",
		.psk =
			"dc1c7acb5107327f633f7212cdeafa30b58ec7511b3794530d09073a606e888c",
		.stamp =
			"400000006553f10a07000000",
		.static_sealed =
			"aaa7b7c29422984f22eda40ef37d4d933f68fc354c7e62cb856adde966eab3adebf0e17510064230e71397cafce16c3a",
		.timestamp_sealed =
			"a999c32ec3126abeb33fd944fb357146572c916ef885863fca72e265",
		.chaining_key_1 =
			"a810bdef3f17c0f09b197c6f044faf785f3f4f5951ae49cf33ddcb6ee0a561a9",
		.hash_1 =
			"5c24f216c1cb2ff83baf51f66c086159af2c9cbaf47d854b4eefcdd705258f50",
		.empty_sealed =
			"a24899a8719ca1fd5ec6cd292e5d7f49",
		.chaining_key_2 =
			"aefcb9e8254d339cef8d5b4ed5020116cbcba3163cd1c59a127ec8ed975459d5",
		.hash_2 =
			"3b49dd827f8ba552e1bf458df34648262f6cb2afd7d83a1cd3a05acf2c6f8764",
		.first =
			"784223e816b9a831c8619c35d79faa851bb474898a7c423675f400516daa2587",
		.second =
			"7106d55ed0dbbeeb7606585374aaed1099cc49c1d128f5059e394731ea7df4d6",
		.mac1 =
			"f18fff0723665178ba3b87e0f81beccc",
		.secret =
			"27a0b6cfc67f8205ab669e0cd887cc0c0198c2c0214a40923a3bb7714a8fd615",
		.cookie =
			"ee50e8804e8511b9aa98ec2d1ab6a04c",
		.mac2 =
			"1738c27a60d48456551e9a3d3426e939",
		.nonce =
			"12d7cd9f3ff709d68e03fe8287bf6161373cc3de66a1ef3a",
		.cookie_sealed =
			"dc3eb45cb85065f9afe25041a43ebefe2b4858dced16f9b9a49c336ea527039c",
		.kdf3 =
			"eb834e3d4173447cc2e5c29f2f867820b747191c9557503694f22eea5bc0412646bc1ca4feb4193242bd9f052fc5ff0ca37b8a82536ffd35b8d70468546a6c653956adac9924ede06cf334e06c405dacbb4056b907a623910494ea7234209c66",
	},
};

#endif /* UNIT_NOISE_VECTORS_H */
