namespace WsPrism.Configuration.Description;

/// <summary>When another value of a key holds after a reload.</summary>
internal enum Taking
{
    /// <summary>For everybody, at once.</summary>
    AtOnce,

    /// <summary>For who connects from then on, and for tickets that are shown from then on.</summary>
    ForNewcomers,

    /// <summary>Not before a restart; until then the value before holds.</summary>
    ByRestart,
}
