using WsPrism.Services;

namespace WsPrism.Core.Rooms.History;

/// <summary>
/// Which messages of a room are wanted: after a position, before one, or without either the newest. Never more than <see cref="Limit"/>, nor, but for a single
/// one, than <see cref="MaxBytes"/>; a single one may have <see cref="MaxSingleBytes"/>.
/// </summary>
internal readonly record struct HistoryQuery(int Limit, HistoryPosition? Since, HistoryPosition? Before, int MaxBytes, int MaxSingleBytes);
