using WsPrism.Services;

namespace WsPrism.Core.Dispatch;

/// <summary>
/// A service that gets the messages of one session one after the other: while it has one out of the line, later ones wait at the session, and find what the one
/// before has done.
/// </summary>
internal interface IOrderedExtService : IExtService;
