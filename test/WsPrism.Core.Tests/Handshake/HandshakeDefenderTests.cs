using System.Net;
using WsPrism.Core.Configuration;
using WsPrism.Core.Handshake;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Handshake;

public sealed class HandshakeDefenderTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void An_address_gets_its_burst_and_not_one_more()
    {
        var defender = Make(perIpBurst: 3);

        Assert.Equal(3, Admitted(defender, "192.0.2.1", 10));
        Assert.Equal(3, Admitted(defender, "192.0.2.2", 10));
    }

    [Fact]
    public void A_refused_address_is_told_when_to_come_back()
    {
        var defender = Make(perIpRps: 2, perIpBurst: 1);
        Admit(defender, "192.0.2.1");

        Assert.False(defender.TryAdmit(IPAddress.Parse("192.0.2.1"), out var retryAfter));
        Assert.Equal(TimeSpan.FromMilliseconds(500), retryAfter);
        _time.Advance(499);
        Assert.False(Admit(defender, "192.0.2.1"));
        _time.Advance(1);
        Assert.True(Admit(defender, "192.0.2.1"));
    }

    [Fact]
    public void All_addresses_together_get_the_global_burst()
    {
        var defender = Make(globalRps: 10, globalBurst: 5);

        Assert.Equal(5, Enumerable.Range(1, 20).Count(i => Admit(defender, $"192.0.2.{i}")));
        Assert.False(defender.TryAdmit(IPAddress.Parse("192.0.2.99"), out var retryAfter));
        Assert.Equal(TimeSpan.FromMilliseconds(100), retryAfter);
    }

    [Fact]
    public void An_address_over_its_limit_takes_no_global_token()
    {
        var defender = Make(globalBurst: 5, perIpBurst: 2);

        Admitted(defender, "192.0.2.1", 1_000);

        Assert.Equal(3, Enumerable.Range(2, 20).Count(i => Admit(defender, $"192.0.2.{i}")));
    }

    [Fact]
    public void A_global_refusal_takes_no_token_of_the_address()
    {
        var defender = Make(globalRps: 1, globalBurst: 1, perIpRps: 1, perIpBurst: 1);
        Admit(defender, "192.0.2.1");
        Assert.Equal(0, Admitted(defender, "192.0.2.2", 5));

        _time.Advance(1_000);

        Assert.True(Admit(defender, "192.0.2.2"));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("192.0.2.1", "::1", false)]
    [InlineData("::1", "::2", true)]
    public void Addresses_share_a_bucket_by_their_64_and_mapped_ones_are_what_they_map(string first, string second, bool shared)
    {
        var defender = Make(perIpBurst: 1);
        Admit(defender, first);

        Assert.Equal(!shared, Admit(defender, second));
    }

    [Fact]
    public void The_table_holds_so_many_and_forgets_the_least_recently_seen_first()
    {
        var defender = Make(perIpBurst: 1, maxEntries: 3);
        foreach (var last in new[] { 1, 2, 3, 1, 4 })
        {
            Admit(defender, $"192.0.2.{last}");
        }

        Assert.Equal(3, defender.AddressCount);
        Assert.False(Admit(defender, "192.0.2.1"));
        Assert.False(Admit(defender, "192.0.2.3"));
        Assert.False(Admit(defender, "192.0.2.4"));
        Assert.True(Admit(defender, "192.0.2.2"));
    }

    [Fact]
    public void The_table_does_what_a_plain_list_does() => Seeds.Check(60, random =>
    {
        var maxEntries = random.Next(1, 200);
        var (defender, seen) = (Make(perIpBurst: 1, maxEntries: maxEntries), new List<int>());
        for (var i = 0; i < 1_000; i++)
        {
            var address = random.Next(300);
            var isKnown = seen.Remove(address);
            seen.Add(address);
            if (seen.Count > maxEntries)
            {
                seen.RemoveAt(0);
            }

            Assert.Equal(!isKnown, Admit(defender, $"10.0.{address >> 8}.{address & 255}"));
            Assert.Equal(seen.Count, defender.AddressCount);
        }
    });

    [Fact]
    public void Switched_off_it_lets_everybody_through_and_remembers_nobody()
    {
        var defender = new HandshakeDefender(new HandshakeLimitConfig { Enabled = false, PerIpBurst = 1 }, _time);

        Assert.Equal(100, Admitted(defender, "192.0.2.1", 100));
        Assert.Equal(0, defender.AddressCount);
    }

    [Fact]
    public void New_limits_are_in_force_at_once()
    {
        var defender = Make(perIpBurst: 1, maxEntries: 100);
        Admit(defender, "192.0.2.1");

        defender.Configure(new HandshakeLimitConfig { PerIpRps = 1, PerIpBurst = 5, MaxIpEntries = 2 });

        Assert.Equal(5, Admitted(defender, "192.0.2.1", 10));
        Admit(defender, "192.0.2.2");
        Admit(defender, "192.0.2.3");
        Assert.Equal(2, defender.AddressCount);
    }

    private HandshakeDefender Make(
        int globalRps = 1, int globalBurst = 100_000, int perIpRps = 1, int perIpBurst = 100, int maxEntries = 1_000) =>
        new(
            new HandshakeLimitConfig
            {
                GlobalRps = globalRps,
                GlobalBurst = globalBurst,
                PerIpRps = perIpRps,
                PerIpBurst = perIpBurst,
                MaxIpEntries = maxEntries,
            },
            _time);

    private static bool Admit(HandshakeDefender defender, string address) => defender.TryAdmit(IPAddress.Parse(address), out _);

    private static int Admitted(HandshakeDefender defender, string address, int tries) => Enumerable.Range(0, tries).Count(_ => Admit(defender, address));
}
