using System.Buffers.Text;

namespace WsPrism.Services;

/// <summary>A place in a room's history: how far a client has read.</summary>
/// <param name="Epoch">Which history; 0 for one that the gateway cannot know.</param>
/// <param name="Offset">Of the message read last.</param>
public readonly record struct HistoryPosition(ulong Epoch, ulong Offset)
{
    /// <summary>Length of an epoch as text: hexadecimal digits, in lower case.</summary>
    public const int EpochLength = 16;

    /// <summary>The position that a client names; whatever stands for the epoch there.</summary>
    public static HistoryPosition Create(ReadOnlySpan<byte> epoch, ulong offset) => new(
        epoch.Length == EpochLength && Utf8Parser.TryParse(epoch, out ulong number, out var consumed, 'x') && consumed == EpochLength ? number : 0,
        offset);
}
