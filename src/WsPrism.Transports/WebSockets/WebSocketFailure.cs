namespace WsPrism.Transports.WebSockets;

/// <summary>Why to <em>fail the WebSocket connection</em>, RFC 6455 section 7.1.7.</summary>
internal sealed record WebSocketFailure(ushort CloseCode, string Reason)
{
    public static readonly WebSocketFailure TooBig = new(WebSocketCloseCode.MessageTooBig, "message longer than allowed");
    public static readonly WebSocketFailure TooManyFragments = new(WebSocketCloseCode.MessageTooBig, "message of too many empty fragments");
    public static readonly WebSocketFailure NotUtf8 = new(WebSocketCloseCode.InvalidPayload, "text not UTF-8");
    public static readonly WebSocketFailure NotInflatable = new(WebSocketCloseCode.InvalidPayload, "compressed message broken");
    public static readonly WebSocketFailure NothingToContinue = new(WebSocketCloseCode.ProtocolError, "continuation of no message");
    public static readonly WebSocketFailure MessageUnfinished = new(WebSocketCloseCode.ProtocolError, "message inside of a fragmented one");
    public static readonly WebSocketFailure CloseCodeCut = new(WebSocketCloseCode.ProtocolError, "close code cut short");
    public static readonly WebSocketFailure CloseCodeInvalid = new(WebSocketCloseCode.ProtocolError, "close code that must not be sent");
    public static readonly WebSocketFailure CloseReasonNotUtf8 = new(WebSocketCloseCode.InvalidPayload, "close reason not UTF-8");
    public static readonly WebSocketFailure ReservedBit = new(WebSocketCloseCode.ProtocolError, "reserved bit set");
    public static readonly WebSocketFailure CompressionBit = new(WebSocketCloseCode.ProtocolError, "RSV1 where no compressed message may start");
    public static readonly WebSocketFailure ReservedOpcode = new(WebSocketCloseCode.ProtocolError, "reserved opcode");
    public static readonly WebSocketFailure NotMasked = new(WebSocketCloseCode.ProtocolError, "frame of a client not masked");
    public static readonly WebSocketFailure ControlFragmented = new(WebSocketCloseCode.ProtocolError, "control frame fragmented");
    public static readonly WebSocketFailure ControlTooLong = new(WebSocketCloseCode.ProtocolError, "control frame longer than 125 bytes");
    public static readonly WebSocketFailure LengthNotShortest = new(WebSocketCloseCode.ProtocolError, "length not in its shortest form");
    public static readonly WebSocketFailure LengthTopBit = new(WebSocketCloseCode.ProtocolError, "length with its top bit set");
}
