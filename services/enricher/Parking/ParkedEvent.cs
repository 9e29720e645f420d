using TraceeMesh.MessagePack;

namespace TraceeMesh.Enricher.Parking;

/// <summary>One event that waits.</summary>
/// <param name="Offset">Offset of its record, or of the record it is derived from; -1 of none.</param>
/// <param name="Derived">Number of the derived event; 0 for the event of a record.</param>
/// <param name="Selected">Whether consumers had selected it.</param>
/// <param name="Places">Where its parts are.</param>
/// <param name="End">Where it ends.</param>
public readonly record struct ParkedEvent(long Offset, int Derived, bool Selected, EventPlaces Places, int End);
