using System.Globalization;

namespace WsPrism.Core.Policies;

/// <summary>The compiled <c>policy.hot_allowlist</c>: a bit for each of the 256 × 256 routes (8 KiB). One load answers. Immutable.</summary>
internal sealed class HotAllowlist
{
    private readonly ulong[] _bits = new ulong[65_536 / 64];
    private readonly (byte SvcId, int Opcode)[] _entries;

    public HotAllowlist(IReadOnlyList<string> entries)
    {
        _entries = [.. entries.Select(Parse)];
        foreach (var (svcId, opcode) in _entries)
        {
            for (var code = Math.Max(opcode, 0); code <= (opcode < 0 ? 255 : opcode); code++)
            {
                var bit = (svcId << 8) | code;
                _bits[bit >> 6] |= 1UL << (bit & 63);
            }
        }
    }

    public bool Allows(byte svcId, byte opcode)
    {
        var bit = (svcId << 8) | opcode;
        return (_bits[bit >> 6] & (1UL << (bit & 63))) != 0;
    }

    /// <summary>Position in the configured list of the first entry that allows this route, for explanations; -1 where none does.</summary>
    public int Find(byte svcId, byte opcode) => Array.FindIndex(_entries, entry => entry.SvcId == svcId && (entry.Opcode < 0 || entry.Opcode == opcode));

    private static (byte SvcId, int Opcode) Parse(string entry)
    {
        var colon = entry.IndexOf(':');
        var svcId = byte.Parse(entry.AsSpan(0, colon), CultureInfo.InvariantCulture);
        return (svcId, entry.AsSpan(colon + 1) is "*" ? -1 : byte.Parse(entry.AsSpan(colon + 1), CultureInfo.InvariantCulture));
    }
}
