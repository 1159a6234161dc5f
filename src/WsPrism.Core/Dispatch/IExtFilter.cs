namespace WsPrism.Core.Dispatch;

/// <summary>Sees envelopes after the policy and before their service.</summary>
internal interface IExtFilter
{
    /// <summary>The name of the service that it is.</summary>
    string Name { get; }
}
