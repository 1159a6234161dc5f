namespace WsPrism.Services;

/// <summary>Whether a room's history keeps what is published.</summary>
public enum Keeping : byte
{
    /// <summary>As the room's rule says.</summary>
    AsRuled,

    /// <summary>Never: it is worth nothing to who was not there, like somebody's typing. It has no offset.</summary>
    Transient,
}
