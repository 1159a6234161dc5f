using WsPrism.Client.Ext;
using WsPrism.Protocol;

namespace WsPrism.Client;

/// <summary>A request that was refused or is not settled, or a client that has come to its end. Decide by <see cref="Code"/>; the text is for people.</summary>
public sealed class WsPrismException : Exception
{
    internal WsPrismException(string code, string message, TimeSpan? retryAfter = null, string? traceId = null, CloseReason? reason = null)
        : base($"{code}: {message}")
    {
        Code = code;
        RetryAfter = retryAfter;
        TraceId = traceId;
        Reason = reason;
    }

    /// <summary>What a <c>sys.error</c> says.</summary>
    internal static WsPrismException Of(Message error) => new(
        error.Data.TextOf("code") ?? "INTERNAL",
        error.Data.TextOf("msg") ?? string.Empty,
        error.Data.NumberOf("retry_after_ms") is null ? null : error.Data.TimeSpanOf("retry_after_ms"),
        error.TraceId);

    /// <summary>The stable code: the gateway's, such as <c>NOT_IN_ROOM</c>, or one of <see cref="ClientErrorCodes"/>.</summary>
    public string Code { get; }

    /// <summary>The gateway's code as a number; <see cref="ErrorCode.None"/> for the client's own and <see cref="ErrorCode.Internal"/> for codes that are not known.</summary>
    public ErrorCode ErrorCode => ErrorCodes.Find(Code);

    /// <summary>How long to wait before trying again, where the gateway says: with <c>RATE_LIMITED</c>.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>What to tell the gateway's operator, where there is something.</summary>
    public string? TraceId { get; }

    /// <summary>Why the client ended, where that is what the exception tells.</summary>
    public CloseReason? Reason { get; }
}
