using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Hot;

/// <summary>
/// Takes a Hot frame on the client's receive loop. The frame points into the receive buffer: read what you need (<see cref="PayloadReader"/>), and do not block.
/// </summary>
/// <param name="frame">The frame; one state of a BATCH comes as a frame of its own.</param>
public delegate void HotHandler(in HotFrame frame);
