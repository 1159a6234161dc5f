using System.Text.Json;
using WsPrism.Client.Ext;

namespace WsPrism.Client.Parties;

/// <summary>A few users who stay together. Thread-safe; handlers run on the receive loop.</summary>
public sealed class PartyApi
{
    private readonly ExtLane _ext;

    internal PartyApi(ExtLane ext) => _ext = ext;

    /// <summary>Makes a party of this user alone, who leads it.</summary>
    public async Task<PartyPlace> CreateAsync(CancellationToken cancellation = default) =>
        PlaceOf(await _ext.RequestAsync("party", "create", null, default, null, cancellation).ConfigureAwait(false));

    /// <summary>The leader's: this user may come in.</summary>
    public Task InviteAsync(string user, CancellationToken cancellation = default) => AskAsync("invite", "user", user, cancellation);

    /// <summary>Comes in.</summary>
    public async Task<PartyPlace> AcceptAsync(string party, CancellationToken cancellation = default) =>
        PlaceOf(await AskAsync("accept", "party", party, cancellation).ConfigureAwait(false));

    /// <summary>Does not come in.</summary>
    public Task DeclineAsync(string party, CancellationToken cancellation = default) => AskAsync("decline", "party", party, cancellation);

    /// <summary>Goes.</summary>
    public Task LeaveAsync(CancellationToken cancellation = default) => _ext.RequestAsync("party", "leave", null, default, null, cancellation);

    /// <summary>The leader's: a member goes, or an invitation is taken back.</summary>
    public Task KickAsync(string user, CancellationToken cancellation = default) => AskAsync("kick", "user", user, cancellation);

    /// <summary>The leader's: this member leads.</summary>
    public Task PromoteAsync(string user, CancellationToken cancellation = default) => AskAsync("promote", "user", user, cancellation);

    /// <summary>Begins a ready check, or answers it.</summary>
    public Task ReadyAsync(bool ready = true, CancellationToken cancellation = default)
    {
        var data = JsonData.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("ready", ready);
            writer.WriteEndObject();
        });
        return _ext.RequestAsync("party", "ready", null, data, null, cancellation);
    }

    /// <summary>Hears of invitations.</summary>
    public IDisposable OnInvited(Action<PartyInvitation> handler) =>
        On("invited", handler, data => new PartyInvitation(data.TextOf("party") ?? string.Empty, data.TextOf("from") ?? string.Empty, data.TimeOf("expires_at_ms")));

    /// <summary>Hears how the party stands, whenever it changes.</summary>
    public IDisposable OnUpdate(Action<PartyState> handler) => On("update", handler, data => new PartyState(data));

    /// <summary>Hears that a party or an invitation is over.</summary>
    public IDisposable OnClosed(Action<PartyClosed> handler) =>
        On("closed", handler, data => new PartyClosed(data.TextOf("party") ?? string.Empty, data.TextOf("reason") ?? string.Empty));

    private IDisposable On<T>(string type, Action<T> handler, Func<JsonElement, T> read)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _ext.On("party", type, message => handler(read(message.Data)));
    }

    private Task<JsonElement> AskAsync(string type, string name, string value, CancellationToken cancellation) =>
        _ext.RequestAsync("party", type, null, JsonFields.Of(name, value), null, cancellation);

    private static PartyPlace PlaceOf(JsonElement answer) => new(answer.TextOf("party") ?? string.Empty, answer.TextOf("room") ?? string.Empty);
}
