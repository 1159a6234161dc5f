using WsPrism.Core.ServerApi;

namespace WsPrism.Plugins.Scripts;

/// <summary>Something that a script wants done when it has run. Immutable.</summary>
internal abstract record ScriptEffect
{
    /// <summary>A message to the members of a room, or to a user's sessions.</summary>
    public sealed record Publish(PublishTarget Target, ServerMessage Message) : ScriptEffect;

    /// <summary>Into a room: the session that the call is for or, by name, all sessions of a user.</summary>
    public sealed record Join(byte[] Room, string? User) : ScriptEffect;

    /// <summary>Out of a room.</summary>
    public sealed record Leave(byte[] Room, string? User) : ScriptEffect;

    /// <summary>Away: a session by its id, or all of a user's.</summary>
    public sealed record Kick(string Whom, string Reason) : ScriptEffect;
}
