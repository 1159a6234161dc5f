using System.Globalization;

namespace WsPrism.Client.Connection;

/// <summary>What the protocol's tables tell a client to do after an end. Stateless.</summary>
internal static class ReconnectPolicy
{
    private const string RetryAfter = "retry_after=";

    public static Advice After(CloseReason reason) => reason.Cause switch
    {
        CloseCause.Requested or CloseCause.TooLong => Advice.Stop,
        CloseCause.Lost => reason.Code == 0 && reason.Word is "unreachable" or "handshake_timeout" or "silence" ? Advice.Later : Advice.Soon,
        CloseCause.Ticket or CloseCause.Protocol => Advice.Later,
        CloseCause.Refused => AfterRefusal(reason.Code),
        _ => AfterClose(reason.Code)
    };

    /// <summary>What a close frame's reason says of when to come back: <c>503 RESOURCE_EXHAUSTED retry_after=5</c>, in seconds.</summary>
    public static TimeSpan? WaitIn(string text)
    {
        var at = text.IndexOf(RetryAfter, StringComparison.Ordinal);
        if (at < 0)
            return null;

        var digits = new string([.. text.Skip(at + RetryAfter.Length).TakeWhile(char.IsDigit).Take(6)]);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
    }

    // 426 is right for a request without an upgrade: something on the way failed, and may work the next time.
    private static Advice AfterRefusal(int status) => status switch
    {
        401 => Advice.Ticket,
        408 or 425 or 426 or 429 => Advice.Later,
        >= 400 and < 500 => Advice.Stop,
        _ => Advice.Later
    };

    private static Advice AfterClose(int code) => code switch
    {
        1000 or 1002 or 1003 or 1007 or 1009 or 4403 or 4408 or 4409 => Advice.Stop,
        4401 => Advice.Ticket,
        1001 or 1005 or 1006 or 4411 => Advice.Soon,

        // What is not in the table passes, one may hope.
        _ => Advice.Later
    };
}

internal enum Advice
{
    Stop,

    /// <summary>Only with another ticket, and a random delay.</summary>
    Ticket,

    /// <summary>With a random delay.</summary>
    Soon,

    /// <summary>With back-off from the first attempt on.</summary>
    Later
}
