using System.Text;
using TraceeMesh.Contracts;

namespace TraceeMesh.Detector.State;

/// <summary>What keys and values count against the limits: at least what they take when they are stored.</summary>
internal static class StateSize
{
    /// <summary>Every entry counts so much beside key and value.</summary>
    public const int PerEntry = 32;

    private const int PerValue = 9;

    public static int Of(string key, DataValue value) => PerEntry + Encoding.UTF8.GetByteCount(key) + Of(value);

    public static int Of(DataValue value)
    {
        var size = PerValue;
        switch (value.Kind)
        {
            case DataKind.Text:
                size += Encoding.UTF8.GetByteCount(value.Text);
                break;
            case DataKind.Bytes:
                size += value.Bytes.Length;
                break;
            case DataKind.List:
                foreach (var item in value.List)
                {
                    size += Of(item);
                }

                break;
            case DataKind.Map:
                foreach (var (name, item) in value.Map)
                {
                    size += PerValue + Encoding.UTF8.GetByteCount(name) + Of(item);
                }

                break;
            default:
                break;
        }

        return size;
    }
}
