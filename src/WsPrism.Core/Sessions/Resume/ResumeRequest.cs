using System.Globalization;

namespace WsPrism.Core.Sessions.Resume;

/// <summary>What a client says that wants its session back, as it said it.</summary>
internal readonly record struct ResumeRequest(string Token, string? Position)
{
    /// <summary>The position as a number; -1 where it is none. .NET would pass over zero bytes at its end.</summary>
    public long ReadPosition() =>
        Position is { Length: > 0 } && Position.All(char.IsAsciiDigit) && long.TryParse(Position, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : -1;
}
