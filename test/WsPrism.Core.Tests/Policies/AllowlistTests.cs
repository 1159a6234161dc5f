using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Policies;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Policies;

public sealed class AllowlistTests
{
    [Theory]
    [InlineData("chat", "send", 1)]
    [InlineData("chat", "typing", -1)]
    [InlineData("room", "join", 0)]
    [InlineData("room", "anything", 0)]
    [InlineData("game", "input", 3)]
    [InlineData("game", "other", 2)]
    [InlineData("chats", "send", -1)]
    [InlineData("cha", "send", -1)]
    [InlineData("chat", "sen", -1)]
    [InlineData("chat", "sendx", -1)]
    [InlineData("", "", -1)]
    public void The_exact_entry_counts_before_the_wildcard(string svc, string type, int expected)
    {
        var allowlist = new ExtAllowlist(["room:*", "chat:send", "game:*", "game:input"]);

        Assert.Equal(expected, allowlist.Find(Encoding.UTF8.GetBytes(svc), Encoding.UTF8.GetBytes(type)));
    }

    [Fact]
    public void An_empty_ext_allowlist_denies_all_but_ping_refresh_and_leaving()
    {
        var policy = new PolicySnapshot(new PolicyConfig());

        Assert.False(policy.AdmitExt("chat"u8, "send"u8).IsPass);
        Assert.False(policy.AdmitExt("sys"u8, "stats"u8).IsPass);
        Assert.False(policy.AdmitExt("room"u8, "join"u8).IsPass);
        Assert.True(policy.AdmitExt("sys"u8, "ping"u8).IsPass);
        Assert.True(policy.AdmitExt("sys"u8, "refresh"u8).IsPass);
        Assert.True(policy.AdmitExt("room"u8, "leave"u8).IsPass);
    }

    [Fact]
    public void Many_names_are_told_apart() => Seeds.Check(50, random =>
    {
        string Name() => new([.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => (char)('a' + random.Next(3)))]);
        var entries = Enumerable.Range(0, random.Next(200)).Select(_ => $"{Name()}:{(random.Next(5) == 0 ? "*" : Name())}").ToArray();
        var allowlist = new ExtAllowlist(entries);
        for (var i = 0; i < 300; i++)
        {
            var parts = random.Next(2) == 0 || entries.Length == 0 ? [Name(), Name()] : entries[random.Next(entries.Length)].Split(':');
            var expected = Array.IndexOf(entries, $"{parts[0]}:{parts[1]}");
            expected = expected >= 0 && parts[1] != "*" ? expected : Array.IndexOf(entries, $"{parts[0]}:*");
            Assert.Equal(expected, allowlist.Find(Encoding.UTF8.GetBytes(parts[0]), Encoding.UTF8.GetBytes(parts[1])));
        }
    });

    [Fact]
    public void The_hot_bitmap_agrees_with_the_list_on_all_routes() => Seeds.Check(4, random =>
    {
        var entries = Enumerable.Range(0, random.Next(40))
            .Select(_ => $"{random.Next(256)}:{(random.Next(4) == 0 ? "*" : random.Next(256).ToString())}").Append("0:0").Append("255:255").ToArray();
        var allowlist = new HotAllowlist(entries);
        for (var svc = 0; svc < 256; svc++)
        {
            for (var opcode = 0; opcode < 256; opcode++)
            {
                var (exact, wildcard) = ($"{svc}:{opcode}", $"{svc}:*");
                var expected = Array.FindIndex(entries, entry => entry == exact || entry == wildcard);
                Assert.Equal(expected >= 0, allowlist.Allows((byte)svc, (byte)opcode));
                if (expected >= 0 && opcode % 16 == 0)
                {
                    Assert.Equal(expected, allowlist.Find((byte)svc, (byte)opcode));
                }
            }
        }
    });

    [Fact]
    public void An_empty_hot_allowlist_denies_all()
    {
        var allowlist = new HotAllowlist([]);

        Assert.DoesNotContain(Enumerable.Range(0, 65_536), route => allowlist.Allows((byte)(route >> 8), (byte)route));
    }
}
