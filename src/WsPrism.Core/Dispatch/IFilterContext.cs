using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>What a filter may do while it looks at a message: what a service may, and to change the message.</summary>
internal interface IFilterContext : IExtContext
{
    /// <summary>Lets the message go on changed. For the length of a call of the filter, or of what it resumes the message with.</summary>
    void Replace(EnvelopeChange change);
}
