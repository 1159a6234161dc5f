namespace WsPrism.Gateway.Hosting;

/// <summary>
/// Says when the gateway has come to rest after many came or went. Asked every few seconds by one timer, which owns it.
/// </summary>
internal sealed class RestDetector
{
    /// <summary>So many handshakes leave enough behind that a pause to collect it pays.</summary>
    public const long ManyHandshakes = 1_000;

    /// <summary>What may pass between two questions and still be called rest.</summary>
    public const long FewMessages = 200;

    private long _handshakes;
    private long _messages;
    private long _trimmedAt;

    /// <summary>Tells the totals so far; true where nobody came since the last time, little was said, and many have come since this last was true.</summary>
    public bool IsAtRest(long handshakes, long messages)
    {
        var rests = handshakes == _handshakes && messages - _messages <= FewMessages && handshakes - _trimmedAt >= ManyHandshakes;
        _handshakes = handshakes;
        _messages = messages;
        if (rests)
        {
            _trimmedAt = handshakes;
        }

        return rests;
    }
}
