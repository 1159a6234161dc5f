using WsPrism.Core.Policies;
using WsPrism.Protocol;

namespace WsPrism.Core.Shards;

/// <summary>The short texts beside the error codes: what was wrong and what would be right, nothing about the gateway's insides.</summary>
internal static class Texts
{
    public const string MarketIsFull = "The market has as many instruments, or this one as many opcodes, as may be.";

    public const string Internal = "The gateway failed on this message.";

    public const string TooManyWait = "Too many messages of this session wait for an answer; try again when one has come.";

    public static string For(in PolicyVerdict verdict, ErrorCode error) => verdict.Reason switch
    {
        PolicyReason.RateConnection => "Too many messages on this connection; wait retry_after_ms.",
        PolicyReason.RateTenant => "Too many messages in this tenant; wait retry_after_ms.",
        PolicyReason.NotAllowed => "This message is not on the tenant's allowlist.",
        PolicyReason.NoActiveRoom => "Join a room before sending Hot frames, or name one with ROOM.",
        PolicyReason.NotInRoom => "The session is not in the room that the frame names.",
        PolicyReason.UnknownService => "There is no such service.",
        PolicyReason.UnsupportedVersion => "Only version 1 is spoken here.",
        _ => "Not a message by the wsPrism protocol, version 1.",
    };
}
