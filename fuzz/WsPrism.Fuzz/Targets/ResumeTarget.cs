using System.Text;
using WsPrism.Core.Sessions.Resume;

namespace WsPrism.Fuzz.Targets;

/// <summary>Reads what a client says that wants its session back: a token and a position, with a space between them.</summary>
internal sealed class ResumeTarget : IFuzzTarget
{
    private static readonly string Known = ResumeToken.Create(out KnownHash);
    private static readonly UInt128 KnownHash;

    public string Name => "resume";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[] { $"{Known} 0", $"{Known} 9223372036854775807", "AAAAAAAAAAAAAAAAAAAAAA 12", "AAAAAAAAAAAAAAAAAAAAAB 12", " ", "x -1" }.Select(Encoding.ASCII.GetBytes),
    ];

    public IEnumerable<byte[]> Dictionary { get; } = [.. new[] { " ", "-", "+", "_", "=", "9223372036854775808", "1e3", "0x1", "\u0660" }.Select(Encoding.UTF8.GetBytes)];

    public void Run(ReadOnlySpan<byte> input)
    {
        var words = Encoding.UTF8.GetString(input).Split(' ', 2);
        var request = new ResumeRequest(words[0], words.Length > 1 ? words[1] : null);
        var isToken = ResumeToken.TryRead(request.Token, out var hash);
        BrokenInvariantException.ThrowIfNot(!isToken || request.Token.Length == 22, "a token has its length");
        BrokenInvariantException.ThrowIfNot((isToken && hash == KnownHash) == (request.Token == Known), "a token is itself and no other");
        var position = request.ReadPosition();
        BrokenInvariantException.ThrowIfNot(
            position == -1 || (position >= 0 && request.Position!.TrimStart('0').Length <= 19 && request.Position.All(char.IsAsciiDigit)), "a position is digits alone");
        BrokenInvariantException.ThrowIfNot(new ResumeTable().Find(request, "user", out var failure) is null && failure == ResumeFailure.Unknown, "nobody knows it");
    }
}
