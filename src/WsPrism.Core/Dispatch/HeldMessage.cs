using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Tenants;
using WsPrism.Protocol.Ext;
using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// A message that has yet to go down the line: it waits in a <see cref="SessionQueue"/>, or a filter has taken it out. It keeps its envelope. Owned by the shard's
/// thread but for <see cref="DeferredMessage.Resume"/>.
/// </summary>
internal sealed class HeldMessage(Session session, ExtRoute route, TenantSnapshot tenant, int filter, long startedNs) : DeferredMessage(session, route, startedNs)
{
    private byte[] _svc = [];
    private byte[] _type = [];
    private byte[] _room = [];
    private byte[] _data = [];

    /// <summary>Under what it came so far: the filters that are left are this one's.</summary>
    public TenantSnapshot Tenant => tenant;

    /// <summary>The filter that has it, by its place among them.</summary>
    public int Filter => filter;

    public Envelope Envelope => new() { Svc = _svc, Type = _type, Room = _room, Data = _data, Id = Id };

    public void Keep(in Envelope envelope)
    {
        _svc = envelope.Svc.ToArray();
        _type = envelope.Type.ToArray();
        _room = envelope.Room.ToArray();
        _data = envelope.Data.ToArray();
        KeepId(envelope.Id);
    }

    private protected override void Continue(Shard shard, Action<IExtContext> act) => shard.Line.ResumeFilter(this, act);
}
