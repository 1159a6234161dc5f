using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Dispatch;

/// <summary>What a filter puts in place of a message's fields; null leaves one as it is. The service stays the same. Immutable, checked by whoever made it.</summary>
internal sealed record EnvelopeChange(byte[]? Type, byte[]? Room, byte[]? Data)
{
    public Envelope Apply(scoped in Envelope envelope) => new()
    {
        Svc = envelope.Svc,
        Type = Type is null ? envelope.Type : Type,
        Room = Room is null ? envelope.Room : Room,
        Data = Data is null ? envelope.Data : Data,
        Id = envelope.Id,
    };
}
