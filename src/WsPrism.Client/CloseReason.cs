using System.Globalization;

namespace WsPrism.Client;

/// <summary>Why a connection ended, or was not had. Immutable.</summary>
public sealed class CloseReason
{
    internal CloseReason(CloseCause cause, string word, int code = 0, string? errorCode = null, TimeSpan? retryAfter = null, Exception? exception = null)
    {
        Cause = cause;
        Word = word;
        Code = code;
        ErrorCode = errorCode;
        RetryAfter = retryAfter;
        Exception = exception;
    }

    /// <summary>What kind of end it is.</summary>
    public CloseCause Cause { get; }

    /// <summary>
    /// One word for it: the reason of the gateway's close frame (<c>drained</c>, <c>replaced</c>), the code of its refusal (<c>AUTH_FAILED</c>), or the client's own: <c>client</c>,
    /// <c>lost</c>, <c>silence</c>, <c>unreachable</c>, <c>handshake_timeout</c>, <c>ticket</c>, <c>protocol</c>, <c>too_long</c>.
    /// </summary>
    public string Word { get; }

    /// <summary>The close code, see <see cref="WsPrism.Protocol.CloseCode"/>, or the HTTP status of a refusal; 0 where there was neither.</summary>
    public int Code { get; }

    /// <summary>The stable code of a refusal, or of the last error before the close, where there was one.</summary>
    public string? ErrorCode { get; }

    /// <summary>How long the gateway asks to wait, where it says.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>What the platform or the ticket callback threw, where that is what happened.</summary>
    public Exception? Exception { get; }

    internal static CloseReason ByClient { get; } = new(CloseCause.Requested, "client");

    /// <inheritdoc/>
    public override string ToString() => Code == 0 ? $"{Cause}: {Word}" : $"{Cause} {Code.ToString(CultureInfo.InvariantCulture)}: {Word}";
}

/// <summary>Kinds of ends of a connection.</summary>
public enum CloseCause
{
    /// <summary>The application has closed the client.</summary>
    Requested,

    /// <summary>The gateway sent a close frame.</summary>
    ClosedByGateway,

    /// <summary>The gateway refused the connect.</summary>
    Refused,

    /// <summary>The network is gone, or the gateway was silent for too long.</summary>
    Lost,

    /// <summary>What is at the other end does not speak the protocol. The session is given up; the client comes back.</summary>
    Protocol,

    /// <summary>The gateway sent more than this client takes.</summary>
    TooLong,

    /// <summary>The application's ticket callback failed, or what it gave is no ticket.</summary>
    Ticket
}
