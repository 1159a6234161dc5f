using WsPrism.Protocol.Ext;

namespace WsPrism.Protocol.Tests.Ext;

public sealed class EnvelopeAllocationTests
{
    private readonly byte[] _message =
        "{\"v\":1,\"svc\":\"chat\",\"type\":\"send\",\"room\":\"match:1\",\"id\":\"a-1\",\"data\":{\"msg\":[1,{\"x\":\"Hello\"}]}}"u8.ToArray();

    private readonly byte[] _escaped =
        "{\"s\\u0076c\":\"ch\\u0061t\",\"type\":\"send\",\"room\":\"caf\\u00e9\",\"id\":\"\\ud83d\\ude00\"}"u8.ToArray();

    private readonly byte[] _unknownField = "{\"svc\":\"chat\",\"type\":\"send\",\"id\":1,\"extra\":1}"u8.ToArray();
    private readonly byte[] _scratch = new byte[EnvelopeReader.ScratchLength];
    private readonly byte[] _destination = new byte[512];

    [Fact]
    public void Reading_an_envelope_does_not_allocate()
    {
        Assert.Equal(ErrorCode.None, EnvelopeReader.TryRead(_message, _scratch, out _));
        Assert.Equal(0, Allocations.Of(() => EnvelopeReader.TryRead(_message, _scratch, out _)));
    }

    [Fact]
    public void Reading_an_envelope_with_escapes_does_not_allocate()
    {
        Assert.Equal(ErrorCode.None, EnvelopeReader.TryRead(_escaped, _scratch, out _));
        Assert.Equal(0, Allocations.Of(() => EnvelopeReader.TryRead(_escaped, _scratch, out _)));
    }

    [Fact]
    public void Refusing_well_formed_json_does_not_allocate()
    {
        Assert.Equal(ErrorCode.BadRequest, EnvelopeReader.TryRead(_unknownField, _scratch, out _));
        Assert.Equal(0, Allocations.Of(() => EnvelopeReader.TryRead(_unknownField, _scratch, out _)));
    }

    [Fact]
    public void Writing_an_envelope_does_not_allocate()
    {
        Assert.Equal(0, Allocations.Of(() =>
        {
            var envelope = new OutboundEnvelope
            {
                Svc = "chat"u8,
                Type = "msg"u8,
                Room = "a\"b"u8,
                HasOffset = true,
                Offset = 12,
                IdToken = "7"u8,
                Data = "{}"u8,
                TraceId = "0af7"u8
            };
            EnvelopeWriter.Write(envelope, _destination);
        }));
    }
}
