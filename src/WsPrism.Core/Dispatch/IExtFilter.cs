using WsPrism.Protocol.Ext;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// Sees the envelopes of a tenant's clients after the policy has let them pass and before their service does: all but those of <c>sys</c>. One instance serves
/// all shards; a call runs on the shard's thread and must return soon.
/// </summary>
internal interface IExtFilter
{
    /// <summary>What the configuration calls it.</summary>
    string Name { get; }

    /// <summary>
    /// Looks at one message. Returning without a word lets it pass. A failure refuses it, an answer answers it, and its service sees neither; where the filter
    /// takes it out of the line, the session's later ones wait behind it. An exception becomes one <c>INTERNAL</c>.
    /// </summary>
    void OnMessage(in Envelope message, IFilterContext context);
}
