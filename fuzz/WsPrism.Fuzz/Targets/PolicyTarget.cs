using System.Text;
using WsPrism.Core.Configuration;
using WsPrism.Core.Policies;
using WsPrism.Protocol.Ext;
using WsPrism.Protocol.Hot;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Asks a policy: the lines of an input are an allowlist, its last line is the route asked for. The compiled tables must answer as reading the list would.
/// </summary>
internal sealed class PolicyTarget : IFuzzTarget
{
    public string Name => "policy";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[] { "chat:send\nroom:*\nroom:join\nroom:join", "chat:*\nchat:x", "1:*\n250:1\n1:255", "a:b\naa:b\naaaaaaaaa:b\naaaaaaaaa:b", "sys:ping", "room:leave" }
            .Select(Encoding.UTF8.GetBytes)
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
        [.. new[] { "\n", ":", "*", ":*", "sys:ping", "room:leave", "chat:", "send", "0:0", "255:255", "1:" }.Select(Encoding.UTF8.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        var lines = Encoding.Latin1.GetString(input).Split('\n');
        var asked = lines[^1].Split(':');
        if (asked.Length != 2)
            return;

        AsksExt([.. lines[..^1].Where(IsExtEntry)], asked[0], asked[1]);
        AsksHot([.. lines[..^1].Where(IsHotEntry)], asked[0], asked[1]);
    }

    private static void AsksExt(string[] list, string svc, string type)
    {
        var policy = new PolicySnapshot(new PolicyConfig { ExtAllowlist = list });
        var exact = Array.IndexOf(list, $"{svc}:{type}");
        var isListed = type != "*" && (exact >= 0 || list.Contains($"{svc}:*"));
        var isAlways = (svc, type) is ("sys", "ping") or ("sys", "refresh") or ("room" or "party", "leave");
        var svcBytes = Encoding.Latin1.GetBytes(svc);
        var typeBytes = Encoding.Latin1.GetBytes(type);
        if (!EnvelopeRules.IsName(svcBytes) || !EnvelopeRules.IsName(typeBytes))
            return;

        BrokenInvariantException.ThrowIfNot(policy.AdmitExt(svcBytes, typeBytes).IsPass == (isListed || isAlways), "a message passes if the list or the protocol says so");
        var found = policy.ExtAllowlist.Find(svcBytes, typeBytes);
        BrokenInvariantException.ThrowIfNot(found == (exact >= 0 ? exact : Array.IndexOf(list, $"{svc}:*")), "the entry found is the exact one, otherwise the wildcard");
    }

    private static void AsksHot(string[] list, string svcId, string opcode)
    {
        if (!byte.TryParse(svcId, out var svc) || !byte.TryParse(opcode, out var code))
            return;

        var policy = new PolicySnapshot(new PolicyConfig { HotAllowlist = list, HotRequiresActiveRoom = true });
        var isListed = list.Any(entry => byte.Parse(entry.Split(':')[0]) == svc && (entry.EndsWith('*') || byte.Parse(entry.Split(':')[1]) == code));
        var frame = new HotFrame { SvcId = svc, Opcode = code };
        BrokenInvariantException.ThrowIfNot(policy.AdmitHot(frame, hasActiveRoom: true).IsPass == isListed, "a frame passes if the list says so");
        BrokenInvariantException.ThrowIfNot(!policy.AdmitHot(frame, hasActiveRoom: false).IsPass, "and never without a room where one is required");
        BrokenInvariantException.ThrowIfNot(policy.HotAllowlist.Find(svc, code) >= 0 == isListed, "the entry is found where it passes");
    }

    // The configuration lets nothing else through to a policy.
    private static bool IsExtEntry(string entry) =>
        entry.Split(':') is [var svc, var type] && IsName(svc) && (type == "*" || IsName(type));

    private static bool IsName(string text) => EnvelopeRules.IsName(Encoding.Latin1.GetBytes(text));

    private static bool IsHotEntry(string entry) =>
        entry.Split(':') is [var svc, var code] && IsNumber(svc) && (code == "*" || IsNumber(code));

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit) && byte.TryParse(text, out _);
}
