namespace WsPrism.Configuration.Description;

/// <summary>What the reference page asks of a section, whatever its record.</summary>
internal interface ISectionSpec
{
    IReadOnlyList<KeySpec> Keys { get; }

    Type RecordType { get; }
}
