namespace WsPrism.Gateway.Tests.Support;

/// <summary>Tests that count what is the whole process's, such as descriptors: no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
