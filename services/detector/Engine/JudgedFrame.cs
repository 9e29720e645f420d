using TraceeMesh.MessagePack;

namespace TraceeMesh.Detector.Engine;

/// <summary>How the judgement of a frame ended; every finding it gave is stored.</summary>
/// <param name="Events">How many of its events were judged, from the first on.</param>
/// <param name="Status"><see cref="FrameStatus.Ok"/>, or what is wrong with the event behind them.</param>
/// <param name="BufferInUse">A signature that did not come back may still read the frame's buffer, which must not be reused.</param>
public readonly record struct JudgedFrame(int Events, FrameStatus Status, bool BufferInUse = false);
