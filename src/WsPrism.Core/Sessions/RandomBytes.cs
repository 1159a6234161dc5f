using System.Security.Cryptography;

namespace WsPrism.Core.Sessions;

/// <summary>
/// Random bytes of the system's secure generator, fetched some thousand at a time: asked for a few at once it costs several system calls each. Each
/// byte is given out once. Any thread; each has a supply of its own.
/// </summary>
internal static class RandomBytes
{
    private const int SupplyLength = 4_096;

    [ThreadStatic]
    private static byte[]? _supply;

    [ThreadStatic]
    private static int _left;

    /// <summary>Fills the span, which may be as long as the supply at most.</summary>
    public static void Fill(Span<byte> destination)
    {
        _supply ??= new byte[SupplyLength];
        if (_left < destination.Length)
        {
            RandomNumberGenerator.Fill(_supply);
            _left = SupplyLength;
        }

        var taken = _supply.AsSpan(_left - destination.Length, destination.Length);
        taken.CopyTo(destination);
        taken.Clear();
        _left -= destination.Length;
    }
}
