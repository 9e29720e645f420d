namespace TraceeMesh.Bus;

/// <summary>The error codes of JetStream this library acts on.</summary>
internal static class JetStreamErrors
{
    public const int ConsumerNotFound = 10014;
    public const int InsufficientMemory = 10028;
    public const int MessageNotFound = 10037;
    public const int SequenceNotFound = 10043;
    public const int InsufficientStorage = 10047;
    public const int StreamNameInUse = 10058;
    public const int StreamNotFound = 10059;
    public const int SubjectsOverlap = 10065;
    public const int WrongLastSequence = 10071;
    public const int ConsumerExists = 10148;
}
