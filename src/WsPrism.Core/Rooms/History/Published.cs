using WsPrism.Protocol;

namespace WsPrism.Core.Rooms.History;

/// <summary>What the backend is answered to a publish.</summary>
/// <param name="Receivers">Into how many queues it was put.</param>
/// <param name="Offset">Its place in the room's history; 0 where it has none.</param>
/// <param name="Refusal"><see cref="ErrorCode.None"/>, or why nobody got it.</param>
internal readonly record struct Published(int Receivers, ulong Offset = 0, ErrorCode Refusal = ErrorCode.None);
