// SPDX-License-Identifier: GPL-2.0 OR MIT
// transfer DEV: how many peers a link has and what they have carried, and the peer that has carried
// the most. In constant memory, however many there are.
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <memory>

#include <libculvert.h>

namespace {

template <auto destroy>
struct Destroy {
	template <typename T>
	void operator()(T *it) const { destroy(it); }
};

using Netlink = std::unique_ptr<cvl_netlink, Destroy<cvl_netlink_destroy>>;
using Reader = std::unique_ptr<cvl_reader, Destroy<cvl_reader_destroy>>;

// What can be copied of a peer: not the peer itself, which is the reader's.
struct Sum {
	uint64_t peers = 0;
	uint64_t bytes = 0;
	uint64_t most_bytes = 0;
	uint8_t most_key[CVL_KEY_BYTES] = {};

	void add(const cvl_peer &peer)
	{
		const uint64_t now = peer.rx_bytes + peer.tx_bytes;

		peers++;
		bytes += now;
		if (now > most_bytes) {
			most_bytes = now;
			std::memcpy(most_key, peer.public_key, sizeof(most_key));
		}
	}
};

// Begins again when another program has changed the device meanwhile.
int read_all(cvl_reader &reader, Sum &sum, cvl_error &why)
{
	cvl_peer *peer;

	while (true) {
		int ret;

		while ((ret = cvl_reader_next(&reader, &peer, &why)) > 0)
			sum.add(*peer);
		if (ret != -EINTR)
			return ret;
		sum = Sum();
		if ((ret = cvl_reader_restart(&reader, &why)) < 0)
			return ret;
	}
}

} // namespace

int main(int argc, char **argv)
{
	cvl_error why = {};
	cvl_link link = {};
	Sum sum;

	if (argc != 2) {
		std::fprintf(stderr, "expected the name of a link\n");
		return 1;
	}
	Netlink nl(cvl_netlink_create(&why));
	Reader reader(nl && !cvl_netlink_find(nl.get(), &link, argv[1], &why) ?
		      cvl_reader_create(&link, &why) : nullptr);
	if (!reader || read_all(*reader, sum, why)) {
		std::fprintf(stderr, "%s\n", why.text);
		return 1;
	}
	std::printf("%s, port %u: %" PRIu64 " peers, %" PRIu64 " bytes\n", link.name,
		    cvl_reader_device(reader.get())->listen_port, sum.peers, sum.bytes);
	if (sum.most_bytes) {
		char text[CVL_KEY_TEXT_SIZE];

		cvl_key_to_text(text, sum.most_key);
		std::printf("most by %s: %" PRIu64 " bytes\n", text, sum.most_bytes);
	}
	return 0;
}
